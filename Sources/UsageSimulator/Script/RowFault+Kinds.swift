/// The ways in which a row was ever feared to be wrong, by name.
extension RowFault {
    /// A counter that is a text.
    package static let wrongType = RowFault(.set(field: "requests", json: #""many""#))
    package static let negative = RowFault(.set(field: "status200", json: "-1"))
    package static let fractional = RowFault(.set(field: "requests", json: "1.5"))
    /// One more than `Int64` can hold.
    package static let tooLarge = RowFault(.set(field: "requests", json: "9223372036854775808"))
    package static let nullCounter = RowFault(.set(field: "status500", json: "null"))
    package static let nullClient = RowFault(.set(field: "clientId", json: "null"))
    package static let missingCounter = RowFault(.remove(field: "requests"))
    package static let missingDate = RowFault(.remove(field: "date"))
    /// A client name that holds a NUL character, which PostgreSQL cannot store.
    package static let nulCharacter = RowFault(.set(field: "clientName", json: #""a\u0000b""#))
    package static let duplicate = RowFault(.duplicate)
    /// A field that the API does not have.
    package static let unknownField = RowFault(.set(field: "region", json: #"{"name":["eu",null,1e3]}"#))

    /// The row is dated on this day, inside the interval or not.
    package static func dated(_ day: World.Day) -> RowFault {
        RowFault(.set(field: "date", json: "\"\(day)T00:00:00Z\""))
    }
}
