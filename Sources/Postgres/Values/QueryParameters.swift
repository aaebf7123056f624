import CLibpq

/// The values of a statement as `PQsendQueryParams` takes them: parallel arrays that point into one buffer.
struct QueryParameters: ~Copyable {
    private var buffer = PostgresBuffer()
    private var types: [Oid] = []
    private var formats: [Int32] = []
    private var lengths: [Int32] = []
    /// Offsets into the buffer; nil for NULL.
    private var offsets: [Int?] = []

    /// - Throws: ``PostgresError/invalidValue(_:)`` for a value that cannot be sent, naming its placeholder.
    init(_ sql: SQL) throws {
        guard !sql.text.utf8.contains(0) else {
            throw PostgresError.invalidValue("the SQL text contains a NUL byte")
        }
        guard sql.values.count <= 65_535 else {
            throw PostgresError.invalidValue("a statement takes at most 65,535 values, not \(sql.values.count)")
        }
        for (index, value) in sql.values.enumerated() {
            do {
                try append(value)
            } catch PostgresError.invalidValue(let reason) {
                throw PostgresError.invalidValue("$\(index + 1): \(reason)")
            }
        }
    }

    private mutating func append<Value: PostgresEncodable>(_ value: Value) throws {
        let start = buffer.bytes.count
        try value.encode(into: &buffer)
        types.append(Value.postgresType.oid)
        offsets.append(value.isNull ? nil : start)
        lengths.append(Int32(buffer.bytes.count - start))
        formats.append(Value.postgresType == .inferred ? 0 : 1)
        // Values in text format have no length for libpq; they end with a NUL.
        buffer.append(UInt8(0))
    }

    func withCArrays<R>(
        _ body: (Int32, [Oid], [UnsafePointer<CChar>?], [Int32], [Int32]) -> R
    ) -> R {
        buffer.bytes.withUnsafeBytes { bytes in
            let values = offsets.map { offset in
                offset.flatMap { bytes.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            return body(Int32(types.count), types, values, lengths, formats)
        }
    }
}
