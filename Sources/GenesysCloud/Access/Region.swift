/// A region of Genesys Cloud, by its AWS key (contract, section 4: the 18 of the vendor's SDK).
package enum Region: String, CaseIterable, Sendable {
    case usEast1 = "us_east_1"
    case usEast2 = "us_east_2"
    case usWest2 = "us_west_2"
    case caCentral1 = "ca_central_1"
    case mxCentral1 = "mx_central_1"
    case saEast1 = "sa_east_1"
    case euWest1 = "eu_west_1"
    case euWest2 = "eu_west_2"
    case euCentral1 = "eu_central_1"
    case euCentral2 = "eu_central_2"
    case euscDeEast1 = "eusc_de_east_1"
    case meCentral1 = "me_central_1"
    case apSouth1 = "ap_south_1"
    case apSoutheast1 = "ap_southeast_1"
    case apSoutheast2 = "ap_southeast_2"
    case apNortheast1 = "ap_northeast_1"
    case apNortheast2 = "ap_northeast_2"
    case apNortheast3 = "ap_northeast_3"

    /// What follows `api.` and `login.` in the host names.
    package var domain: String {
        switch self {
        case .usEast1: "mypurecloud.com"
        case .usEast2: "use2.us-gov-pure.cloud"
        case .usWest2: "usw2.pure.cloud"
        case .caCentral1: "cac1.pure.cloud"
        case .mxCentral1: "mxc1.pure.cloud"
        case .saEast1: "sae1.pure.cloud"
        case .euWest1: "mypurecloud.ie"
        case .euWest2: "euw2.pure.cloud"
        case .euCentral1: "mypurecloud.de"
        case .euCentral2: "euc2.pure.cloud"
        case .euscDeEast1: "edee1.eusc-pure.cloud"
        case .meCentral1: "mec1.pure.cloud"
        case .apSouth1: "aps1.pure.cloud"
        case .apSoutheast1: "apse1.pure.cloud"
        case .apSoutheast2: "mypurecloud.com.au"
        case .apNortheast1: "mypurecloud.jp"
        case .apNortheast2: "apne2.pure.cloud"
        case .apNortheast3: "apne3.pure.cloud"
        }
    }
}
