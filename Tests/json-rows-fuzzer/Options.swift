/// What the command line asks for.
struct Options {
    var seconds = Int.max / 2
    var inputs = Int.max
    var seed = UInt64.random(in: 0...0xFFFF_FFFF)

    struct Misspelled: Error, CustomStringConvertible {
        let description = "write json-rows-fuzzer [--seconds N | --inputs N] [--seed N]"
    }

    init(_ arguments: some Sequence<String>) throws {
        var arguments = arguments.makeIterator()
        while let name = arguments.next() {
            guard let text = arguments.next(), let number = UInt64(text), let count = Int(exactly: number) else {
                throw Misspelled()
            }
            switch name {
            case "--seconds": seconds = count
            case "--inputs": inputs = count
            case "--seed": seed = number
            default: throw Misspelled()
            }
        }
        if inputs == .max, seconds == .max / 2 { seconds = 60 }
    }
}
