import JSONRows
import Transport
import UsageDomain

/// Reads an answer about usage, and takes it only as the contract states it (section 1).
enum UsageAnswer {
    private static let fields: [(channel: Channel, key: String)] = [
        (.sms, "usageSms"), (.whatsapp, "usageWhatsapp"), (.email, "usageEmail"), (.sage, "usageSage"),
    ]

    static func decode(
        _ bytes: [UInt8]
    ) throws(AnswerProblem) -> (usage: ChannelUsage, unknownKeys: JSONRowsSummary.UnknownKeys) {
        let members: JSONRow
        let unknownKeys: JSONRowsSummary.UnknownKeys
        do {
            (members, unknownKeys) = try JSONDocument.read(bytes, columns: fields.map { .number("data.\($0.key)") })
        } catch {
            throw AnswerProblem(error)
        }
        func units(_ channel: Channel) throws(AnswerProblem) -> Units {
            guard let column = fields.firstIndex(where: { $0.channel == channel }) else { return .zero }
            let field = "data.\(fields[column].key)"
            guard !members.isAbsent(column) else { throw AnswerProblem(field: field, "is missing") }
            guard let text = members.string(column) else { throw AnswerProblem(field: field, "is null") }
            do {
                return try Units(spelled: text)
            } catch {
                throw AnswerProblem(field: field, "is \(text.quotable(limit: 60)), \(error)")
            }
        }
        let usage = ChannelUsage(
            sms: try units(.sms).value,
            whatsapp: try units(.whatsapp).value,
            email: try units(.email).value,
            sage: try units(.sage).value
        )
        return (usage, unknownKeys)
    }
}
