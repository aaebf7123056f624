import Glibc
import Operations
import Testing

@Suite struct LogFormatTests {
    @Test func `the journal's spelling is for the very stream that the variable names`() throws {
        let null = open("/dev/null", O_WRONLY)
        defer { close(null) }
        var file = stat()
        try #require(fstat(null, &file) == 0)
        let name = "\(file.st_dev):\(file.st_ino)"
        #expect(LogFormat.suitable(for: ["JOURNAL_STREAM": name], writingTo: null) == .journal)
        #expect(LogFormat.suitable(for: ["JOURNAL_STREAM": "\(name)1"], writingTo: null) == .text)
        #expect(LogFormat.suitable(for: ["JOURNAL_STREAM": ""], writingTo: null) == .text)
        #expect(LogFormat.suitable(for: [:], writingTo: null) == .text)
        #expect(LogFormat.suitable(for: ["JOURNAL_STREAM": name], writingTo: -1) == .text)
    }
}
