import Daemon
import Foundation
import UsageSimulator

extension DoctorCase {
    static let ofGenesys: [DoctorCase] = [
        DoctorCase("a port at which nobody listens", "vendor.network", "firewalls", status: 69, isRun: false) {
            try $0.edit($0.simulator.baseURL, "http://127.0.0.1:1")
        },
        DoctorCase("a host that has no address", "vendor.network", "DNS", status: 69, isRun: false) {
            try $0.edit($0.simulator.baseURL, "https://api.nowhere.invalid")
        },
        DoctorCase("a server that speaks no TLS", "vendor.network", "api-url", status: 69, isRun: false) {
            try $0.edit($0.simulator.baseURL, $0.simulator.baseURL.replacing("http:", with: "https:"))
        },
        DoctorCase("a ca-file that is not there", "vendor.certificate", "ca-file", status: 78) {
            try $0.edit("    client-id:", "    ca-file: /nowhere/authority.pem\n    client-id:")
        },
        DoctorCase("a redirection to a login page", "vendor.proxy", "proxy or login page", status: 69) {
            $0.simulator.rewrite { $0.faults = [Fault(.token, .raw(302, contentType: "text/html", body: ""))] }
        },
        DoctorCase("a login page", "vendor.proxy", "proxy or login page", status: 75) {
            $0.simulator.rewrite { $0.faults = [Fault(.token, .html(200))] }
        },
        DoctorCase("a proxy that wants a login", "vendor.proxy", "proxy or login page", status: 77) {
            $0.simulator.rewrite { $0.faults = [Fault(.organization, .html(407))] }
        },
        DoctorCase("a vendor that is down", "vendor.unavailable", "try again later", status: 69, isRun: false) {
            $0.simulator.rewrite { $0.faults = [Fault(.organization, .status(503))] }
        },
        DoctorCase(
            "a vendor that does not answer", "vendor.unavailable", "swallow", status: 69, isRun: false,
            longestSilence: .milliseconds(200)
        ) {
            $0.simulator.rewrite { $0.faults = [Fault(.token, .hang)] }
        },
        DoctorCase(
            "a vendor that asks for a short silence", as: .warning, "vendor.silence", "wait 5 s", status: 0,
            isRun: false
        ) {
            $0.simulator.rewrite { $0.faults = [Fault(.organization, .status(429, retryAfter: 5))] }
        },
        DoctorCase("a vendor that asks for an hour's silence", "vendor.silence", "wait 1 h", status: 75) {
            $0.simulator.rewrite { $0.faults = [Fault(.organization, .status(429, retryAfter: 3_600))] }
        },
        DoctorCase("the wrong region, or an OAuth client that is not there", "credentials.region", "region", status: 77)
        {
            try $0.edit($0.simulator.clientID, "00000000-0000-4000-8000-000000000000")
        },
        DoctorCase("an API of another region than its login", "credentials.region", "different regions", status: 69) {
            $0.simulator.rewrite { $0.faults = [Fault(.organization, .expireToken)] }
        },
        DoctorCase("the wrong secret", "credentials", "client-secret", status: 77) {
            try $0.store("wrong-S3cr3t", as: "acme-secret")
        },
        DoctorCase("an OAuth client that was disabled", "credentials", "its state is active", status: 77) { bench in
            bench.simulator.alter { $0.change(clientID: bench.simulator.clientID, state: .disabled) }
        },
        DoctorCase("an OAuth client of another grant type", "credentials.grant", "Client Credentials", status: 77) {
            let body = #"{"error":"unauthorized_client","description":"grant type not allowed"}"#
            $0.simulator.rewrite { $0.faults = [Fault(.token, .raw(400, contentType: "application/json", body: body))] }
        },
        DoctorCase("a wrong path of the API", "vendor.proxy", "correct region", status: 77) {
            try $0.edit("api-url: \($0.simulator.baseURL)", "api-url: \($0.simulator.baseURL)/elsewhere")
        },
        DoctorCase(
            "no permission for organization_query", "permission", "oauth:client:view or usage:organization:view",
            status: 75
        ) {
            try $0.log(inAs: .withNothing, for: "organization_query")
        },
        DoctorCase(
            "no permission for simplesearch", "permission", "oauth:client:view or usage:simpleSearch:view", status: 75
        ) {
            try $0.log(inAs: .withNothing, for: "simplesearch")
        },
        DoctorCase(
            "the older permission alone for organization_jobs", "permission", "the permission usage:organization:view",
            status: 75
        ) {
            try $0.log(inAs: .withOlderPermission, for: "organization_query, organization_jobs")
        },
        DoctorCase(
            "the older permission alone for client_jobs", "permission", "the permission usage:client:view", status: 75
        ) {
            try $0.log(inAs: .withOlderPermission, for: "client_jobs")
        },
        DoctorCase("OAuth clients that cannot be listed", "oauth-clients", "clients: [id", status: 75) {
            try $0.log(inAs: .withNewerPermissions, for: "client_query")
        },
        DoctorCase(
            "names of OAuth clients that cannot be had", as: .warning, "oauth-clients", "oauth:client:view", status: 0
        ) {
            try $0.log(inAs: .withNewerPermissions, for: "organization_query, simplesearch, organization_jobs")
        },
        DoctorCase("limits that cannot be read", as: .warning, "limits", "kept to", status: 0, isRun: false) {
            $0.simulator.rewrite { $0.faults = [Fault(.limits, .status(400))] }
        },
    ]
}
