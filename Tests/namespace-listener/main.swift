import Glibc

// Listens on a free port of 127.0.0.1 in the network namespace in which it is started, hands the socket over to whoever
// holds the other end of its input, a unix socket, and ends: a socket belongs to where it was made, whoever uses it then.

func end(_ call: String) -> Never {
    perror(call)
    exit(1)
}

let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
guard listener >= 0 else { end("socket") }
var address = sockaddr_in()
address.sin_family = sa_family_t(AF_INET)
address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
let isBound = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
}
guard isBound else { end("bind") }
guard listen(listener, 64) == 0 else { end("listen") }

// One control message (cmsg(3), whose macros Swift does not see): its length, level and type, then the descriptor.
var control: [UInt64] = [0, 0, 0]
control.withUnsafeMutableBytes { bytes in
    bytes.storeBytes(of: 20, toByteOffset: 0, as: Int.self)
    bytes.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
    bytes.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
    bytes.storeBytes(of: listener, toByteOffset: 16, as: Int32.self)
}
var byte: UInt8 = 0
let sent = control.withUnsafeMutableBytes { control in
    withUnsafeMutableBytes(of: &byte) { byte in
        var part = iovec(iov_base: byte.baseAddress, iov_len: 1)
        return withUnsafeMutablePointer(to: &part) { part in
            var message = msghdr()
            message.msg_iov = part
            message.msg_iovlen = 1
            message.msg_control = control.baseAddress
            message.msg_controllen = control.count
            return sendmsg(STDIN_FILENO, &message, 0)
        }
    }
}
guard sent == 1 else { end("sendmsg") }
