extension Unicode.Scalar {
    /// Whether the scalar may reach a terminal or a log as it is.
    ///
    /// Control characters move the cursor or end a line, the line and paragraph separators end one for some readers, and
    /// the directional marks show text in another order than it has: with any of them a vendor's text could forge a line.
    var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        case .format: !properties.isBidiControl
        default: true
        }
    }
}
