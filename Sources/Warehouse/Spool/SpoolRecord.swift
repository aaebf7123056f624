import UsageDomain

/// One row in the spool: fixed size, texts replaced by positions in the spool's dictionaries.
struct SpoolRecord: BitwiseCopyable {
    var day: Int32
    var client: UInt32
    var endpoint: UInt32
    var user: UInt32
    var callingOrganization: UInt32
    /// Position of the row in the answer, from 0; wraps beyond four thousand million rows.
    var ordinal: UInt32
    var requests: Int64
    var status200: Int64
    var status300: Int64
    var status400: Int64
    var status429: Int64
    var status500: Int64
}

/// Numbers distinct values from 0 in the order they are first met.
struct SpoolDictionary<Value: Hashable & Sendable>: Sendable {
    private(set) var values: [Value] = []
    private var positions: [Value: UInt32] = [:]

    /// The position of the value, and whether this call added it.
    mutating func position(of value: Value) -> (position: UInt32, isNew: Bool) {
        if let known = positions[value] { return (known, false) }
        let position = UInt32(values.count)
        values.append(value)
        positions[value] = position
        return (position, true)
    }

    /// Forgets the values that were met last.
    mutating func shrink(to count: Int) {
        for value in values[count...] { positions[value] = nil }
        values.removeSubrange(count...)
    }
}

/// What the dimension `oauth_client` identifies within an organization: an id or, where the answer states none, a name.
struct ClientIdentity: Hashable, Sendable {
    let id: ExactText
    /// Empty where there is an id.
    let statedName: ExactText

    init(id: String, statedName: String = "") {
        self.id = ExactText(text: id)
        self.statedName = ExactText(text: id.isEmpty ? statedName : "")
    }
}

/// What the dimension `endpoint` identifies.
struct EndpointIdentity: Hashable, Sendable {
    let templateURI: ExactText
    let httpMethod: ExactText
    let platform: ExactText
}
