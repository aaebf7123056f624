import Ingest
import Operations
import Transport
import UsageDomain

/// What a failed request says of the way to a vendor, whatever was asked.
struct VendorDiagnosis {
    /// Longer silences are not waited out by a pass, either.
    private static let longestSilence = Duration.seconds(180)

    let source: String
    /// The keys of the configuration that say where the vendor is.
    let addressKeys: String

    /// A finding about the network, a proxy or the vendor's health; nil when the vendor itself has answered what was asked.
    ///
    /// - Parameters:
    ///   - failure: how the exchange ended.
    ///   - consequence: what a run would come to.
    /// - Returns: what to tell.
    func finding(of failure: TransportError, _ consequence: Finding.Consequence) -> Finding? {
        func fault(_ name: String, remedy: String) -> Finding {
            .fault(name, of: source, "\(failure)", remedy: remedy, consequence)
        }
        switch failure.kind {
        case .unreachable, .invalidRequest:
            return fault(
                "vendor.network",
                remedy: "look at DNS, routes and firewalls of this machine, and at \(addressKeys); usaged uses no proxy"
            )
        case .interrupted:
            return fault(
                "vendor.network",
                remedy: "see what stands between (a proxy, a firewall), and whether \(addressKeys) is of an HTTP server"
            )
        case .timedOut:
            return fault("vendor.unavailable", remedy: "try again later; look at firewalls that swallow what is sent")
        case .untrusted:
            return fault(
                "vendor.certificate",
                remedy:
                    "name the private authority that vouches for it (ca-file), or mend whatever opens TLS on the way")
        case .redirected:
            return fault("vendor.proxy", remedy: Self.proxyRemedy(addressKeys))
        case .rateLimited(let silence, _):
            return self.silence(silence, failure, consequence)
        case .status(let status, let body):
            let isPage = body.excerpt?.hasPrefix("an HTML") ?? false
            if status == 407 || (isPage && status < 500) {
                return fault("vendor.proxy", remedy: Self.proxyRemedy(addressKeys))
            }
            if status == 408 || status >= 500 {
                return fault("vendor.unavailable", remedy: "try again later; the vendor's status page may know more")
            }
            return nil
        case .clockOff:
            return fault(AnsweredClock.name, remedy: AnsweredClock.remedy)
        case .answerTooLong, .unsupportedEncoding:
            return fault("vendor.proxy", remedy: Self.proxyRemedy(addressKeys))
        }
    }

    /// An answer with success that is not what the API says.
    func foreign(_ text: String, _ consequence: Finding.Consequence) -> Finding {
        .fault("vendor.proxy", of: source, text, remedy: Self.proxyRemedy(addressKeys), consequence)
    }

    func timeIsUp(_ error: TimeIsUp, _ consequence: Finding.Consequence) -> Finding {
        .fault(
            "vendor.unavailable", of: source, "\(error)",
            remedy: "try again later; look at firewalls that swallow what is sent", consequence)
    }

    private func silence(
        _ silence: Duration?, _ failure: TransportError, _ consequence: Finding.Consequence
    ) -> Finding {
        let wait = silence ?? .seconds(60)
        let remedy = "wait \(wait.inWords); see who else uses these credentials"
        guard wait > Self.longestSilence else {
            return .warning("vendor.silence", of: source, "\(failure)", remedy: remedy)
        }
        return .fault("vendor.silence", of: source, "\(failure)", remedy: remedy, consequence)
    }

    private static func proxyRemedy(_ keys: String) -> String {
        "what answers is not the vendor's API: let usaged past the proxy or login page, or correct \(keys)"
    }
}
