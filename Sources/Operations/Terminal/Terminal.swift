import Glibc

/// What is known of where output for a person goes.
package struct Terminal: Equatable, Sendable {
    /// The colours that are used; each is told by a word or a mark as well.
    package enum Colour: Int, Sendable {
        case red = 31
        case green = 32
        case yellow = 33
        case grey = 90
    }

    /// Whether a person looks at it, rather than a file or a program.
    package let isTerminal: Bool
    package let hasColour: Bool
    /// Whether signs beyond ASCII can be shown.
    package let hasSigns: Bool
    /// How many columns a line has; 80 where nobody says.
    package let columns: Int

    package init(isTerminal: Bool, hasColour: Bool, hasSigns: Bool, columns: Int = 80) {
        self.isTerminal = isTerminal
        self.hasColour = hasColour
        self.hasSigns = hasSigns
        self.columns = columns
    }

    /// Plain text without colour: what a file gets.
    package static let none = Terminal(isTerminal: false, hasColour: false, hasSigns: false)

    /// Colour is left out where `NO_COLOR` is set (no-color.org) or the terminal is a dumb one; signs where the locale is
    /// not of UTF-8.
    ///
    /// - Parameters:
    ///   - environment: the variables of the process.
    ///   - isTerminal: whether output goes to a terminal.
    ///   - columns: how wide it says it is; nil when it does not say.
    package init(environment: [String: String], isTerminal: Bool, columns: Int?) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let isDumb = (value("TERM") ?? "dumb") == "dumb"
        let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
        self.init(
            isTerminal: isTerminal,
            hasColour: isTerminal && !isDumb && value("NO_COLOR") == nil,
            hasSigns: isTerminal && !isDumb && (locale.hasSuffix("utf-8") || locale.hasSuffix("utf8")),
            columns: columns ?? value("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80)
    }

    /// The standard output of the process.
    ///
    /// - Parameter environment: the variables of the process.
    /// - Returns: what is known of it.
    package static func standardOutput(_ environment: [String: String]) -> Terminal {
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Terminal(
            environment: environment, isTerminal: isatty(STDOUT_FILENO) == 1,
            columns: isKnown ? Int(size.ws_col) : nil)
    }

    /// The text in a colour, where there are any.
    package func paint(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
