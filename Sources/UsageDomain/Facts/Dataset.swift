/// Which question is asked of a source. The raw value is the word of the configuration, the database and the logs.
package enum Dataset: String, CaseIterable, Hashable, Sendable {
    case organizationQuery = "organization_query"
}
