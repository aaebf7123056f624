import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension TransportError {
    /// Says what an error of the HTTP client means for us.
    init(translating error: any Error, request: HTTPRequest, waitingFor wait: Wait, correlationID: String? = nil) {
        self.init(Kind(error, waitingFor: wait), request: request, correlationID: correlationID)
    }
}

extension TransportError.Kind {
    fileprivate init(_ error: any Error, waitingFor wait: TransportError.Wait) {
        let reason = "\(error)".quotable(limit: 200)
        self =
            switch error {
            case let error as HTTPClientError: Self(error, reason, waitingFor: wait)
            case is NIOConnectionError, is SocketAddressError: .unreachable(reason)
            case ChannelError.connectTimeout: .unreachable(reason)
            case is NIOSSLExtraError: .untrusted(reason)
            case is NIOSSLError where reason.contains("CERTIFICATE_VERIFY_FAILED"): .untrusted(reason)
            case NIOSSLError.handshakeFailed: .unreachable(reason)
            case let error as IOError where error.errnoCode == ECONNREFUSED: .unreachable(reason)
            default: .interrupted(reason)
            }
    }

    private init(_ error: HTTPClientError, _ reason: String, waitingFor wait: TransportError.Wait) {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
            self = .unreachable(reason)
        case .deadlineExceeded: self = .timedOut(wait)
        case .readTimeout, .writeTimeout: self = .timedOut(wait)
        case .invalidURL, .emptyHost, .emptyScheme, .alreadyShutdown:
            self = .invalidRequest(reason)
        default:
            self =
                reason.contains("unsupportedScheme") || reason.contains("invalidHeaderField")
                ? .invalidRequest(reason) : .interrupted(reason)
        }
    }
}
