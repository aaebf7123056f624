/// What an endpoint is called where requests are counted.
///
/// Only a text of the source code can be one: no URL, and so no id, can become a label of a metric.
package struct EndpointName: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// - Parameter name: a word in lower case, `client_listing`.
    package init(_ name: StaticString) {
        description = "\(name)"
    }

    /// An endpoint that nobody has named.
    package static let unnamed = EndpointName("unnamed")
}
