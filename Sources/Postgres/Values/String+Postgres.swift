/// Text goes without a type, so that `\(text)` fits a column of any type the server can read from text: `text`, an
/// enum, `numeric`, `jsonb`.
extension String: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .inferred }
    package static var postgresArrayType: PostgresType { .textArray }

    package func encode(into buffer: inout PostgresBuffer) throws { try buffer.append(text: self) }

    /// Texts and the labels of enums. Everything else, `numeric` too, must be cast to `text` in SQL.
    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> String {
        let isText = [.text, .varchar, .bpchar, .name, .char, .json, .xml, .unknown].contains(cell.type)
        guard isText || cell.type.isUserDefined else {
            throw PostgresCell.Mismatch(reason: "the types do not match; cast it to text in SQL")
        }
        guard let text = String(validating: try cell.notNull(), as: UTF8.self) else {
            throw PostgresCell.Mismatch(reason: "it is not valid UTF-8")
        }
        return text
    }
}
