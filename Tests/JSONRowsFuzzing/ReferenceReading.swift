import Foundation
package import JSONRows

/// What Foundation's decoder and the plain rules of the schema say about an answer.
package enum ReferenceReading: Equatable {
    case refused
    case accepted(rows: [[Value]], fields: [String: JSONRowsSummary.Field])

    package init(_ body: [UInt8]) {
        guard case .object(let document)? = try? JSONDecoder().decode(Tree.self, from: Data(body)),
            let rows = Self.rows(document["results"] ?? .null),
            let status = Self.text(document["queryStatus"]),
            let next = Self.text(document["nextUri"]),
            let cursor = Self.text(document["cursors"], leadingTo: "after")
        else {
            self = .refused
            return
        }
        let fields = ["queryStatus": status, "nextUri": next, "cursors.after": cursor]
        self = .accepted(rows: rows, fields: fields.mapValues(Self.field))
    }

    /// Whether `JSONSerialization` accepts an answer, all parts of it.
    static func acceptsWhole(_ body: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(body))) != nil
    }

    private static func rows(_ tree: Tree) -> [[Value]]? {
        switch tree {
        case .null: return []
        case .array(let elements):
            let rows = elements.compactMap(row)
            return rows.count == elements.count ? rows : nil
        default: return nil
        }
    }

    private static func row(_ tree: Tree) -> [Value]? {
        guard case .object(let members) = tree,
            let client = text(members["clientId"]),
            let template = text(members["templateUri"]),
            let requests = integer(members["requests"]),
            let oauthClient = text(members["oauthClient"], leadingTo: "id")
        else { return nil }
        return [client, template, requests, oauthClient]
    }

    private static func text(_ tree: Tree?) -> Value? {
        switch tree {
        case nil: .absent
        case .null?: .null
        case .string(let text)?: .text(text)
        default: nil
        }
    }

    private static func text(_ tree: Tree?, leadingTo key: String) -> Value? {
        if case .object(let members)? = tree { return text(members[key]) }
        if case .string? = tree { return nil }
        return text(tree)
    }

    private static func integer(_ tree: Tree?) -> Value? {
        switch tree {
        case nil: .absent
        case .null?: .null
        case .integer(let value)?: .integer(value)
        default: nil
        }
    }

    private static func field(_ value: Value) -> JSONRowsSummary.Field {
        switch value {
        case .text(let text): .string(text)
        case .null: .null
        case .absent, .integer: .absent
        }
    }
}

/// A whole document, so that every value in it is looked at.
private enum Tree: Decodable {
    case object([String: Tree])
    case array([Tree])
    case string(String)
    case integer(Int64)
    case number
    case boolean
    case null

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Asks in the order in which leaves are frequent: each question in vain costs more than all the rest.
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let members = try? decoder.container(keyedBy: Key.self) {
            var object: [String: Tree] = [:]
            for key in members.allKeys { object[key.stringValue] = try members.decode(Tree.self, forKey: key) }
            self = .object(object)
        } else if var elements = try? decoder.unkeyedContainer() {
            var array: [Tree] = []
            while !elements.isAtEnd { array.append(try elements.decode(Tree.self)) }
            self = .array(array)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if (try? value.decode(Bool.self)) != nil {
            self = .boolean
        } else {
            _ = try value.decode(Double.self)
            self = .number
        }
    }
}
