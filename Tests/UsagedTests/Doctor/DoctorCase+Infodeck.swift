import Daemon
import Foundation
import UsageSimulator

extension DoctorCase {
    static let ofInfodeck: [DoctorCase] = [
        DoctorCase("the wrong key", "credentials", "api-key", status: 77) {
            try $0.useInfodeck()
            try $0.store("idt_live_wrongS3cr3t", as: "tower-key")
        },
        DoctorCase("a key that may not read usage", "permission", "Professional or Enterprise", status: 77) {
            try $0.useInfodeck()
            $0.simulator.infodeck.rewrite { $0.faults = [InfodeckFault(.usage, .status(403))] }
        },
        DoctorCase("a wrong organization", "permission", "organization-id", status: 77) {
            try $0.useInfodeck()
            $0.simulator.infodeck.alter { $0.organizationID = "o-another" }
            $0.simulator.infodeck.rewrite { $0.strangeOrganizationStatus = 404 }
        },
        DoctorCase("an organization that the key may not read", as: .warning, "organization", "time-zone", status: 0) {
            try $0.useInfodeck()
            $0.simulator.infodeck.rewrite { $0.organizationIsClosed = true }
        },
        DoctorCase("an organization without a time zone", as: .warning, "time-zone", "UTC days", status: 0) {
            try $0.useInfodeck()
            $0.simulator.infodeck.alter { $0.timeZoneJSON = nil }
        },
        DoctorCase(
            "a time zone of the vendor that PostgreSQL does not know", as: .warning, "time-zone", "UTC days", status: 0
        ) {
            try $0.useInfodeck()
            $0.simulator.infodeck.alter { $0.timeZoneJSON = #""Asia/Nowhere""# }
        },
        DoctorCase("a configured time zone that nobody knows", "time-zone", "pg_timezone_names", status: 78) {
            try $0.useInfodeck(more: "    time-zone: Asia/Nowhere")
        },
    ]
}
