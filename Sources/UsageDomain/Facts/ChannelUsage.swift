package import FoundationEssentials

/// Units of each channel in some range of time, as answered: an exact decimal that may have a fraction.
package struct ChannelUsage: Hashable, Sendable {
    package var sms: Decimal
    package var whatsapp: Decimal
    package var email: Decimal
    package var sage: Decimal

    package init(sms: Decimal, whatsapp: Decimal, email: Decimal, sage: Decimal) {
        self.sms = sms
        self.whatsapp = whatsapp
        self.email = email
        self.sage = sage
    }

    package subscript(channel: Channel) -> Decimal {
        switch channel {
        case .sms: sms
        case .whatsapp: whatsapp
        case .email: email
        case .sage: sage
        }
    }
}
