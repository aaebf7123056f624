extension String {
    /// The beginning of a foreign text, fit for a log line: control and non-ASCII characters escaped, at most `limit`
    /// characters before escaping.
    package func quotable(limit: Int) -> String {
        let beginning = prefix(limit)
        let escaped = beginning.unicodeScalars.map {
            $0.isASCII && $0.value >= 0x20 && $0.value != 0x7F ? String($0) : $0.escaped(asASCII: true)
        }
        .joined()
        return beginning.endIndex == endIndex ? escaped : escaped + "…"
    }
}
