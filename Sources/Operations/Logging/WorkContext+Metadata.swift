import Ingest
package import Logging
import UsageDomain
import Warehouse

extension WorkContext {
    /// The context as a log line says it: run, source, dataset and window, as far as they are known.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        if let run { metadata["run"] = "\(run.rawValue)" }
        if let source { metadata["source"] = "\(source)" }
        if let window { metadata.merge(window.metadata) { $1 } }
        return metadata
    }
}

extension Window {
    /// The window as a log line says it.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["dataset": "\(dataset.rawValue)", "window": "\(firstDay)..\(lastDay)"]
        if !clientID.isEmpty { metadata["oauth.client"] = "\(clientID)" }
        return metadata
    }
}

extension Logger.MetadataProvider {
    /// Adds to every line what the task that writes it works on.
    package static let workContext = Logger.MetadataProvider { WorkContext.current.metadata }
}
