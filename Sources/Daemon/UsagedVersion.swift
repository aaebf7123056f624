/// The version of this program: in `--version`, the run's row and the user agent.
package enum UsagedVersion {
    package static let current = "0.1.0"
}
