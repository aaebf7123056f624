import Operations
import Testing

@Suite struct DurationInWordsTests {
    @Test(arguments: [
        (Duration.zero, "0 s"), (.milliseconds(1), "1 s"), (.seconds(1), "1 s"), (.seconds(40), "40 s"),
        (.milliseconds(58_001), "59 s"), (.milliseconds(59_001), "1 min"), (.seconds(60), "1 min"),
        (.seconds(61), "2 min"), (.seconds(3_540), "59 min"), (.seconds(3_541), "1 h"), (.seconds(3_600), "1 h"),
        (.seconds(3_601), "1 h 1 min"), (.seconds(12_000), "3 h 20 min"), (.seconds(360_000), "100 h"),
        (.seconds(-5), "0 s"), (.milliseconds(-5), "0 s"), (.seconds(Int64.max), "2562047788015215 h 31 min"),
    ])
    func `a duration is rounded up to what a person plans with`(duration: Duration, words: String) {
        #expect(duration.inWords == words)
    }
}
