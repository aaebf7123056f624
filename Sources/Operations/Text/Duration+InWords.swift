extension Duration {
    /// Rounded up to what a person plans with: `40 s`, `4 min`, `3 h 20 min`. What is over already is `0 s`.
    package var inWords: String {
        guard self > .zero else { return "0 s" }
        let (whole, fraction) = components
        let seconds = fraction > 0 ? whole + 1 : whole
        if seconds < 60 { return "\(seconds) s" }
        let minutes = (seconds - 1) / 60 + 1
        if minutes < 60 { return "\(minutes) min" }
        return minutes.isMultiple(of: 60) ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
