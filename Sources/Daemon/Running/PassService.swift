import Ingest
import Operations
import ServiceLifecycle

/// One pass, as a service that ends by itself.
struct PassService: Service, CustomStringConvertible {
    let pass: Pass
    let scope: PassScope
    let selection: PassSelection
    let result: PassResult
    let monitor: Monitor

    var description: String { "pass" }

    func run() async throws {
        monitor.beginPass(over: pass.sources.filter(selection.includes).map(\.name))
        result.report = try await pass.run(scope, selection)
    }
}
