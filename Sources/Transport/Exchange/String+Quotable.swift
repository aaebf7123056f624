extension String {
    /// The beginning of a foreign text, fit for a log line: control and non-ASCII characters escaped, at most `limit`
    /// Unicode scalars before escaping. Of what a reader takes for one character any number may be combined.
    package func quotable(limit: Int) -> String {
        let beginning = unicodeScalars.prefix(limit)
        let escaped = beginning.map {
            $0.isASCII && $0.value >= 0x20 && $0.value != 0x7F ? String($0) : $0.escaped(asASCII: true)
        }
        .joined()
        return beginning.endIndex == unicodeScalars.endIndex ? escaped : escaped + "…"
    }
}
