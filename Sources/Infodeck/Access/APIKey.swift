package import Transport

/// What authenticates the requests of one organization (contract, section 2). It is sent in the header `X-API-Key` and
/// shown nowhere.
package struct APIKey: Sendable {
    let value: Secret

    package init(_ value: Secret) {
        self.value = value
    }

    /// The header of a request; nil when no header can carry the key.
    var header: (name: String, value: String)? {
        let text = value.reveal()
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return ("X-API-Key", text)
    }

    /// What is odd about the key, without quoting it; nil when it is `idt_live_` and 32 letters or digits.
    ///
    /// An odd key is sent all the same: the documents contradict each other about its form (contract, section 2).
    package var oddity: String? {
        let text = value.reveal()
        guard header != nil else { return "the key is empty, or has characters that no header can carry" }
        let isUsual =
            text.hasPrefix("idt_live_") && text.utf8.count == 41
            && text.dropFirst(9).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return isUsual ? nil : "the key is not \"idt_live_\" and 32 letters or digits, as keys of Infodeck are"
    }
}
