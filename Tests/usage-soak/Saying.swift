import Glibc

/// Prints a line at once: a pipe is buffered, and progress is to be seen while it is made.
func say(_ text: some CustomStringConvertible) {
    print(text)
    fflush(nil)
}
