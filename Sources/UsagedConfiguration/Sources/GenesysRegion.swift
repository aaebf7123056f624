/// A region of Genesys Cloud (contract, section 4: the 18 regions of the vendor's SDK).
package struct GenesysRegion: Sendable, Hashable {
    /// The vendor's key, as `eu_central_1`.
    package let name: String
    /// What follows `api.` and `login.` in the host names.
    package let domain: String

    private init(_ name: String, _ domain: String) {
        self.name = name
        self.domain = domain
    }

    /// The region of that key, if there is one.
    package init?(named name: String) {
        guard let region = Self.all.first(where: { $0.name == name }) else { return nil }
        self = region
    }

    package static let all = [
        GenesysRegion("us_east_1", "mypurecloud.com"),
        GenesysRegion("us_east_2", "use2.us-gov-pure.cloud"),
        GenesysRegion("us_west_2", "usw2.pure.cloud"),
        GenesysRegion("ca_central_1", "cac1.pure.cloud"),
        GenesysRegion("mx_central_1", "mxc1.pure.cloud"),
        GenesysRegion("sa_east_1", "sae1.pure.cloud"),
        GenesysRegion("eu_west_1", "mypurecloud.ie"),
        GenesysRegion("eu_west_2", "euw2.pure.cloud"),
        GenesysRegion("eu_central_1", "mypurecloud.de"),
        GenesysRegion("eu_central_2", "euc2.pure.cloud"),
        GenesysRegion("eusc_de_east_1", "edee1.eusc-pure.cloud"),
        GenesysRegion("me_central_1", "mec1.pure.cloud"),
        GenesysRegion("ap_south_1", "aps1.pure.cloud"),
        GenesysRegion("ap_southeast_1", "apse1.pure.cloud"),
        GenesysRegion("ap_southeast_2", "mypurecloud.com.au"),
        GenesysRegion("ap_northeast_1", "mypurecloud.jp"),
        GenesysRegion("ap_northeast_2", "apne2.pure.cloud"),
        GenesysRegion("ap_northeast_3", "apne3.pure.cloud"),
    ]
}
