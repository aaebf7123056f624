package import UsageDomain

/// The adapter of a source, by what its vendor counts.
package enum VendorAdapter: Sendable {
    case apiUsage(any APIUsageAdapter)
    case channelUsage(any ChannelUsageAdapter)

    /// What can be asked of either.
    package var common: any SourceAdapter {
        switch self {
        case .apiUsage(let adapter): adapter
        case .channelUsage(let adapter): adapter
        }
    }
}
