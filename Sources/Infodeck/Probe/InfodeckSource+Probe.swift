package import FoundationEssentials
import Transport
import UsageDomain

extension InfodeckSource {
    /// Asks what shows whether the API understands ranges of time as this program does, with six requests.
    ///
    /// - Parameters:
    ///   - day: a whole local day, of more than twelve hours, with known traffic.
    ///   - dayBefore: the local day that ends where `day` begins.
    /// - Returns: the answers compared; one that is a refusal of the range itself counts as an answer.
    /// - Throws: `InfodeckError` for any other failure; `CancellationError`.
    package func probe(day: Range<Date>, dayBefore: Range<Date>) async throws -> ProbeReport {
        // At a whole hour from the day's beginning even where clocks change, so that an API that keeps hours agrees.
        let middle = day.lowerBound.addingTimeInterval(12 * 3_600)
        let tally = RequestTally()
        let whole = try await ask(day, tally)
        let halves = [
            try await ask(day.lowerBound..<middle, tally),
            try await ask(middle..<day.upperBound, tally),
        ]
        return ProbeReport(
            day: whole,
            halves: halves,
            dayBefore: try await ask(dayBefore, tally),
            bothDays: try await ask(dayBefore.lowerBound..<day.upperBound, tally),
            seconds: try await ask(day, inSeconds: true, tally),
            requests: tally.requests
        )
    }

    private func ask(
        _ instants: Range<Date>,
        inSeconds: Bool = false,
        _ tally: RequestTally
    ) async throws -> ProbeReport.Exchange {
        let span = inSeconds ? MillisecondSpan(secondsOf: instants) : MillisecondSpan(instants)
        let step = inSeconds ? InfodeckError.Step.usageInSeconds(instants) : .usage(instants)
        do {
            let reply = try await send(endpoints.usage(span), step: step, tally: tally)
            let usage = try usage(reply, step: step, tally: tally)
            return ProbeReport.Exchange(instants: instants, isInSeconds: inSeconds, answer: .units(usage))
        } catch let error as InfodeckError where error.kind == .badAnswer {
            let reason = "\(error.reason)"
            return ProbeReport.Exchange(
                instants: instants,
                isInSeconds: inSeconds,
                answer: error.status == nil ? .unusable(reason) : .refused(reason)
            )
        }
    }
}
