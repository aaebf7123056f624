import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

extension HTTPClient.Configuration {
    init(_ settings: HTTPSettings) throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        // The library would still speak 1.0, which neither vendor does.
        tls.minimumTLSVersion = .tlsv12
        if let caFile = settings.caFile {
            // Read now, so that a wrong file is an error at start and not with the first request.
            tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(caFile))]
        }
        self.init(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: Timeout(
                connect: TimeAmount(settings.connectTimeout),
                read: TimeAmount(settings.silenceTimeout),
                write: TimeAmount(settings.silenceTimeout)
            ),
            proxy: nil,
            decompression: .disabled
        )
        httpVersion = .http1Only
        // Otherwise a refused connection is tried again inside the client, unpaced and uncounted.
        connectionPool.retryConnectionEstablishment = false
    }
}

extension HTTPClientRequest {
    init(_ request: HTTPRequest, _ settings: HTTPSettings) {
        self.init(url: request.url)
        method = HTTPMethod(rawValue: request.method.rawValue)
        headers.add(name: "User-Agent", value: settings.userAgent)
        headers.add(name: "Accept", value: "application/json")
        headers.add(name: "Accept-Encoding", value: "identity")
        for header in request.headers { headers.add(name: header.name, value: header.value) }
        if let authorization = request.authorization {
            headers.add(name: "Authorization", value: authorization.reveal())
        }
        if request.method == .post { body = .bytes(request.body) }
    }
}

extension HTTPReplyHead {
    init(_ response: HTTPClientResponse) {
        self.init(
            status: Int(response.status.code),
            headers: response.headers.map { (name: $0.name, value: $0.value) }
        )
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let longest: Int64 = 100 * 365 * 86_400
        self = .nanoseconds(min(max(seconds, 0), longest) * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
