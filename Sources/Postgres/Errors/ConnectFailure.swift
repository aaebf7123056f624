/// Why no connection could be made.
package struct ConnectFailure: Error, Sendable, CustomStringConvertible {
    /// libpq's message: host, port, user and reason for every address that was tried.
    package var message: String
    /// The server's code, if a server answered.
    package var sqlState: String?
    /// See ``PostgresError/isTransient``. A server that cannot be reached may be reached later; one that refuses the
    /// password will refuse it again.
    package var isTransient: Bool
    /// Whether a file that the connection string names is missing or wrong: the server was never asked.
    package var isMisconfigured = false

    package var description: String { message }

    init(_ message: String) {
        self.message = message
        self.isTransient = true
    }

    /// Takes apart a message of verbosity `PQERRORS_VERBOSE`, in which a server's error reads
    /// `FATAL:  28P01: password authentication failed…`, followed by a line `LOCATION:  …`.
    init(verbose: String, needsPassword: Bool) {
        var lines: [String] = []
        for line in verbose.split(separator: "\n") where !line.hasPrefix("LOCATION:") {
            guard let code = Self.codeRange(in: line) else {
                lines.append(String(line))
                continue
            }
            sqlState = String(line[code].dropLast(2))
            lines.append("\(line[..<code.lowerBound])\(line[code.upperBound...])")
        }
        message = lines.joined(separator: "\n")
        // 55000 is a database that its owner closed to new connections for a while (ALLOW_CONNECTIONS).
        isMisconfigured = sqlState == nil && Self.signsOfMisconfiguration.contains(where: message.contains)
        isTransient = sqlState.map { SQLState.isTransient($0) || $0 == "55000" } ?? !(needsPassword || isMisconfigured)
    }

    /// libpq reads service files and certificates before it connects, and knows no code for what is wrong with them.
    private static let signsOfMisconfiguration = ["service file", "definition of service", "root certificate file"]

    /// The range of `28P01: ` behind the two spaces after the severity.
    private static func codeRange(in line: Substring) -> Range<Substring.Index>? {
        var start = line.startIndex
        while let colon = line[start...].firstIndex(of: ":") {
            start = line.index(after: colon)
            let rest = line[start...]
            guard rest.hasPrefix("  ") else { continue }
            let code = rest.dropFirst(2).prefix(5)
            guard code.utf8.count == 5, code.utf8.allSatisfy(Self.isCodeCharacter) else { continue }
            guard line[code.endIndex...].hasPrefix(": ") else { continue }
            return code.startIndex..<line.index(code.endIndex, offsetBy: 2)
        }
        return nil
    }

    private static func isCodeCharacter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
