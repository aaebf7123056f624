/// A way in which Infodeck sends messages; what one unit of each is, the vendor does not say (contract for Infodeck,
/// section 6), so units of two channels are never added.
package enum Channel: String, CaseIterable, Hashable, Sendable {
    case sms
    case whatsapp
    case email
    case sage
}
