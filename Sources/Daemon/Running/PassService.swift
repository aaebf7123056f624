import Ingest
import ServiceLifecycle

/// One pass, as a service that ends by itself.
struct PassService: Service, CustomStringConvertible {
    let pass: Pass
    let scope: PassScope
    let selection: PassSelection
    let result: PassResult

    var description: String { "pass" }

    func run() async throws {
        result.report = try await pass.run(scope, selection)
    }
}
