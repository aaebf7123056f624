import Glibc

/// A null-terminated array of C strings, as `PQconnectStartParams` takes it.
struct CStringArray: ~Copyable {
    let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() {
            pointers.advanced(by: index).initialize(to: UnsafePointer(strdup(string)))
        }
        pointers.advanced(by: strings.count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(UnsafeMutablePointer(mutating: pointers[index])) }
        pointers.deallocate()
    }
}
