/// A text is not a fault.
package struct FaultSyntaxError: Error, CustomStringConvertible {
    package let text: String
    package let reason: String

    package var description: String {
        "“\(text)” is not a fault: \(reason); write ENDPOINT[#WHEN][~TEXT]=EFFECT, for example results#2=503,retry-after:1"
    }
}

extension Fault: CustomStringConvertible {
    /// Reads the compact form `ENDPOINT[#WHEN][~TEXT]=EFFECT`.
    ///
    /// - `ENDPOINT`: one of ``Endpoint``, for example `submit`, `results`, `complete` (results that would be complete),
    ///   `search-complete` (a page that would be).
    /// - `WHEN`: `2` (the second), `1-3`, `/5` (every fifth); without it always.
    /// - `TEXT`: only requests that mention this text.
    /// - `EFFECT`: a status such as `503` or `429,retry-after:1`; `html`, `html:502`, `cut:1000`, `truncate:1000`, `drip:100:50`
    ///   (bytes, milliseconds), `delay:500`, `hang`, `reset`, `stall:1000`, `status:SomethingNew` (the query status), `expire-token`,
    ///   `forget`, `cap:10000`, `restate:2025-09-01`, `row:FIELD=JSON` (the first row), `row@7:FIELD=JSON`, `row:-FIELD` (removed),
    ///   `row:duplicate`, `page:repeated` and its likes of ``PageFault``.
    ///
    /// - Throws: ``FaultSyntaxError``.
    package init(_ text: String) throws(FaultSyntaxError) {
        guard let sign = text.firstIndex(of: "=") else {
            throw FaultSyntaxError(text: text, reason: "there is no “=”")
        }
        let effect = String(text[text.index(after: sign)...])
        var target = text[..<sign]
        var mentioning: String?
        if let tilde = target.firstIndex(of: "~") {
            mentioning = String(target[target.index(after: tilde)...])
            target = target[..<tilde]
        }
        let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let endpoint = Endpoint(rawValue: String(name)) else {
            let names = Endpoint.allCases.map(\.rawValue).joined(separator: ", ")
            throw FaultSyntaxError(text: text, reason: "it does not begin with one of \(names)")
        }
        guard let occurrence = parts.count > 1 ? Occurrence(String(parts[1])) : .always else {
            throw FaultSyntaxError(text: text, reason: "after “#” stands 2, 1-3 or /5")
        }
        guard let parsed = Effect(effect) else {
            throw FaultSyntaxError(text: text, reason: "nobody knows the effect “\(effect)”")
        }
        self.init(endpoint, occurrence, mentioning: mentioning, parsed)
    }

    /// The compact form.
    package var description: String {
        "\(endpoint.rawValue)\(occurrence)\(mentioning.map { "~\($0)" } ?? "")=\(effect)"
    }
}

extension Fault.Occurrence: CustomStringConvertible {
    fileprivate init?(_ text: String) {
        let bounds = text.split(separator: "-").map { Int($0) }
        if text.hasPrefix("/"), let step = Int(text.dropFirst()), step > 0 {
            self = .every(step)
        } else if bounds.count == 1, let number = bounds[0], number > 0 {
            self = .nth(number)
        } else if bounds.count == 2, let first = bounds[0], let last = bounds[1], first > 0, first <= last {
            self = .range(first...last)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .always: ""
        case .nth(let number): "#\(number)"
        case .range(let numbers): "#\(numbers.lowerBound)-\(numbers.upperBound)"
        case .every(let step): "#/\(step)"
        }
    }
}

extension Fault.Effect: CustomStringConvertible {
    fileprivate init?(_ text: String) {
        let words = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let argument = words.count > 1 ? words[1] : ""
        switch (words[0], Int(argument)) {
        case ("html", _) where words.count == 1: self = .html(502)
        case ("html", let status?): self = .html(status)
        case ("cut", let bytes?): self = .cut(afterBytes: bytes)
        case ("truncate", let bytes?): self = .truncate(afterBytes: bytes)
        case ("delay", let milliseconds?): self = .delay(.milliseconds(milliseconds))
        case ("stall", let bytes?): self = .stall(afterBytes: bytes)
        case ("cap", let rows?): self = .cap(rows: rows)
        case ("hang", _) where words.count == 1: self = .hang
        case ("reset", _) where words.count == 1: self = .reset
        case ("expire-token", _) where words.count == 1: self = .expireToken
        case ("forget", _) where words.count == 1: self = .forget
        case ("page", _):
            guard let fault = PageFault(rawValue: argument) else { return nil }
            self = .page(fault)
        case ("status", _) where !argument.isEmpty: self = .queryStatus(argument)
        case ("drip", _):
            let numbers = argument.split(separator: ":").compactMap { Int($0) }
            guard numbers.count == 2, numbers[0] > 0 else { return nil }
            self = .drip(bytes: numbers[0], every: .milliseconds(numbers[1]))
        case ("restate", _):
            let days = argument.split(separator: "+").map { World.Day(String($0)) }
            guard !days.isEmpty, days.allSatisfy({ $0 != nil }) else { return nil }
            self = .restate(days.compactMap(\.self))
        case (let word, _) where word == "row" || word.hasPrefix("row@"):
            guard let fault = RowFault(place: word, change: argument) else { return nil }
            self = .row(fault)
        default:
            guard let status = Fault.Effect.status(text) else { return nil }
            self = status
        }
    }

    private static func status(_ text: String) -> Fault.Effect? {
        let parts = text.split(separator: ",").map(String.init)
        guard let first = parts.first, let status = Int(first), (100...599).contains(status) else { return nil }
        guard parts.count > 1 else { return .status(status) }
        guard parts.count == 2, parts[1].hasPrefix("retry-after:"), let seconds = Int(parts[1].dropFirst(12)) else {
            return nil
        }
        return .status(status, retryAfter: seconds)
    }

    package var description: String {
        switch self {
        case .status(let status, let seconds): "\(status)" + (seconds.map { ",retry-after:\($0)" } ?? "")
        case .html(let status): "html:\(status)"
        case .raw(let status, let contentType, _): "raw:\(status):\(contentType)"
        case .cut(let bytes): "cut:\(bytes)"
        case .truncate(let bytes): "truncate:\(bytes)"
        case .drip(let bytes, let pause): "drip:\(bytes):\(Int(pause / .milliseconds(1)))"
        case .delay(let pause): "delay:\(Int(pause / .milliseconds(1)))"
        case .hang: "hang"
        case .reset: "reset"
        case .stall(let bytes): "stall:\(bytes)"
        case .queryStatus(let text): "status:\(text)"
        case .expireToken: "expire-token"
        case .forget: "forget"
        case .row(let fault): fault.description
        case .cap(let rows): "cap:\(rows)"
        case .page(let fault): "page:\(fault.rawValue)"
        case .restate(let days): "restate:\(days.map(\.description).joined(separator: "+"))"
        }
    }
}

extension RowFault: CustomStringConvertible {
    fileprivate init?(place: String, change: String) {
        guard let row = place == "row" ? 0 : Int(place.dropFirst(4)), row >= 0 else { return nil }
        if change == "duplicate" {
            self.init(row: row, .duplicate)
        } else if change.hasPrefix("-"), change.count > 1 {
            self.init(row: row, .remove(field: String(change.dropFirst())))
        } else if let sign = change.firstIndex(of: "="), sign > change.startIndex {
            let json = String(change[change.index(after: sign)...])
            self.init(row: row, .set(field: String(change[..<sign]), json: json))
        } else {
            return nil
        }
    }

    package var description: String {
        let place = row == 0 ? "row" : "row@\(row)"
        return switch change {
        case .set(let field, let json): "\(place):\(field)=\(json)"
        case .remove(let field): "\(place):-\(field)"
        case .duplicate: "\(place):duplicate"
        }
    }
}
