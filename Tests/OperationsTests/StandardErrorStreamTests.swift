import Operations
import Testing

@Suite struct StandardErrorStreamTests {
    private let written = Written()

    @Test func `without a status line, lines are written as they are`() {
        let stream = written.stream(isTerminal: true)
        stream.writeLine("one")
        stream.writeLine("two")
        #expect(written.all == ["one\n", "two\n"])
    }

    @Test func `a line goes above the status line, which is shown again below it`() {
        let stream = written.stream(isTerminal: true)
        stream.show(status: "1 of 2")
        stream.writeLine("one")
        #expect(written.all == ["\r\u{1B}[K1 of 2", "\r\u{1B}[Kone\n1 of 2"])
    }

    @Test func `the status line rewrites itself, and only when it changed`() {
        let stream = written.stream(isTerminal: true)
        stream.show(status: "1 of 2")
        stream.show(status: "1 of 2")
        stream.show(status: "2 of 2")
        #expect(written.all == ["\r\u{1B}[K1 of 2", "\r\u{1B}[K2 of 2"])
    }

    @Test func `the empty status removes it, once`() {
        let stream = written.stream(isTerminal: true)
        stream.show(status: "")
        stream.show(status: "1 of 2")
        stream.show(status: "")
        stream.show(status: "")
        stream.writeLine("one")
        #expect(written.all == ["\r\u{1B}[K1 of 2", "\r\u{1B}[K", "one\n"])
    }

    @Test func `what is no terminal gets no status line`() {
        let stream = written.stream(isTerminal: false)
        stream.show(status: "1 of 2")
        stream.writeLine("one")
        #expect(written.all == ["one\n"])
    }

    @Test func `a status line never wraps, since a wrapped one could not be cleared`() {
        let stream = written.stream(isTerminal: true, columns: 10)
        stream.show(status: "123456789")
        stream.show(status: "1234567890")
        stream.show(status: "統統統統統")
        #expect(written.all == ["\r\u{1B}[K123456789", "\r\u{1B}[K12345678…", "\r\u{1B}[K統統統統…"])
    }

    @Test func `a status line cannot hold a second line`() {
        let stream = written.stream(isTerminal: true)
        stream.show(status: "1\n2")
        #expect(written.all == ["\r\u{1B}[K1\\n2"])
    }

    @Test func `lines of many threads stay whole`() async {
        let stream = written.stream()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { for line in 0..<100 { stream.writeLine("\(task) \(line)") } }
            }
        }
        #expect(written.all.count == 800)
        #expect(written.all.allSatisfy { $0.wholeMatch(of: /\d \d+\n/) != nil })
    }
}
