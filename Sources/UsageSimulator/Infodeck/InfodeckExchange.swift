import FoundationEssentials

/// One request on its way to an answer.
struct InfodeckExchange {
    let request: IncomingRequest
    /// The parts of the path below the base.
    let path: [String]
    let apiKey: String?
    let expectedKey: String
    let now: Date

    var endpoint: InfodeckEndpoint {
        guard request.method == "GET", path.first == "organizations" else { return .other }
        return switch path.count {
        case 2: .organization
        case 3 where path[2] == "usage": .usage
        default: .other
        }
    }

    mutating func answer(_ state: inout InfodeckSimulator.State) -> Answer {
        let fault = playedFault(&state)
        if let fault, let answer = replacement(by: fault) { return answer }
        var answer = regularAnswer(&state)
        switch fault?.effect {
        case .cut(let bytes): answer.delivery = .cut(afterBytes: bytes)
        case .truncate(let bytes): answer.delivery = .truncated(afterBytes: bytes)
        case .delay(let pause): answer.delay = pause
        default: break
        }
        return answer
    }

    // MARK: Script

    private func playedFault(_ state: inout InfodeckSimulator.State) -> InfodeckFault? {
        var played: InfodeckFault?
        for (index, fault) in state.script.faults.enumerated() where fault.endpoint == endpoint {
            let number = state.matches[index, default: 0] + 1
            state.matches[index] = number
            if played == nil, fault.occurrence.includes(number) { played = fault }
        }
        return played
    }

    private func replacement(by fault: InfodeckFault) -> Answer? {
        switch fault.effect {
        case .status(let status, let headers):
            var answer = Self.refusal(status)
            answer.headers = headers
            return answer
        case .gateway(let status):
            return Answer(status: status, body: .whole(Array(#"{"message":"Refused by the gateway"}"#.utf8)))
        case .html(let status):
            let page = "<html><head><title>\(status)</title></head><body><h1>\(status)</h1></body></html>"
            return Answer(status: status, contentType: "text/html", body: .whole(Array(page.utf8)))
        case .raw(let status, let contentType, let body):
            return Answer(status: status, contentType: contentType, body: .whole(Array(body.utf8)))
        case .hang: return Answer(status: 200, body: .whole([]), delivery: .hanging)
        case .reset: return Answer(status: 200, body: .whole([]), delivery: .refused)
        case .cut, .truncate, .delay: return nil
        }
    }

    // MARK: Endpoints

    private func regularAnswer(_ state: inout InfodeckSimulator.State) -> Answer {
        let isTooEarly = state.lastAdmission.map { now.timeIntervalSince($0) < 1 } ?? false
        guard !(state.script.allowsOneRequestASecond && isTooEarly) else { return Self.refusal(429) }
        state.lastAdmission = now
        guard apiKey == expectedKey else { return Self.refusal(401) }
        guard endpoint != .other else { return Self.refusal(404) }
        guard path[1] == state.world.organizationID else { return Self.refusal(state.script.strangeOrganizationStatus) }
        return endpoint == .usage ? usageAnswer(state) : organizationAnswer(state)
    }

    private func usageAnswer(_ state: InfodeckSimulator.State) -> Answer {
        let script = state.script
        guard var range = range() else { return Self.refusal(422) }
        let areSeconds = range.first < 100_000_000_000 && range.last < 100_000_000_000
        switch script.seconds {
        case .refused where areSeconds: return Self.refusal(422)
        case .understood where areSeconds: range = (range.first * 1_000, range.last * 1_000 + 999)
        default: break
        }
        let isImpossible = range.first > range.last || range.last > InfodeckWorld.milliseconds(now)
        guard !(isImpossible && script.impossibleRanges == .refused) else { return Self.refusal(422) }
        return Answer(status: 200, body: .whole(body(counted(range, script), state)))
    }

    private func range() -> (first: Int64, last: Int64)? {
        var numbers: [String: Int64] = [:]
        for pair in request.query.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, sides[1].utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int64(sides[1]), number < 100_000_000_000_000
            else { return nil }
            numbers[sides[0]] = number
        }
        guard let first = numbers["startDate"], let last = numbers["endDate"] else { return nil }
        return (first, last)
    }

    /// The milliseconds that are counted for a range.
    private func counted(_ range: (first: Int64, last: Int64), _ script: InfodeckScript) -> Range<Int64> {
        let end = min(script.endDateIsIncluded ? range.last + 1 : range.last, InfodeckWorld.milliseconds(now))
        guard range.first < end else { return range.first..<range.first }
        switch script.buckets {
        case .milliseconds: return range.first..<end
        case .utcDays:
            let day: Int64 = 86_400_000
            return range.first / day * day..<((end - 1) / day + 1) * day
        }
    }

    private func body(_ range: Range<Int64>, _ state: InfodeckSimulator.State) -> [UInt8] {
        var counters: [(key: String, json: String)] = InfodeckWorld.Channel.allCases.map { channel in
            let thousandths = state.world.thousandths(channel, in: range)
            return (channel.rawValue, "\(Decimal(thousandths) / 1_000)")
        }
        for (key, json) in state.script.counters.sorted(by: { $0.key < $1.key }) {
            counters.removeAll { $0.key == key }
            if let json { counters.append((key, json)) }
        }
        return Array(#"{"data":{\#(counters.map { #""\#($0.key)":\#($0.json)"# }.joined(separator: ","))}}"#.utf8)
    }

    private func organizationAnswer(_ state: InfodeckSimulator.State) -> Answer {
        guard !state.script.organizationIsClosed else { return Self.refusal(403) }
        let world = state.world
        let name = String(decoding: JSONText.quoted(world.companyName), as: UTF8.self)
        let zone = world.timeZoneJSON.map { #""timezone":\#($0),"# } ?? ""
        let object = """
            {"id":"\(world.organizationID)","type":"enterprise","awsAccountId":"123456789012",\
            "awsRegion":"ap-southeast-1","ownerEmail":"owner@example.com","emailDomain":"example.com",\
            "customerId":"cus_Personal1","customUrl":"tower","companyName":\(name),"companyVat":"VAT-Personal2",\
            "companyAddress":"1 Personal Street","iotEndpoint":"personal.iot.example.com",\(zone)\
            "statistics":{"users":3},"subscriptionPlan":"price_1OyTQ","subscriptionStatus":"active",\
            "finance":{"email":"finance@example.com","phoneNumber":"+886 2 5550 0100","address":{"city":"Taipei"}},\
            "createdAtDateString":"2024-01-01T00:00:00.000Z","createdAt":1704067200000,\
            "updatedAtDateString":"2024-01-01T00:00:00.000Z","updatedAt":1704067200000}
            """
        let body = state.script.organizationIsWrapped ? #"{"data":\#(object)}"# : object
        return Answer(status: 200, body: .whole(Array(body.utf8)))
    }
}

// MARK: Refusals

extension InfodeckExchange {
    /// The body of the contract's section 4; for a status that it does not list, in the same form.
    fileprivate static func refusal(_ status: Int) -> Answer {
        let (error, message) = texts[status] ?? ("Error\(status)", "The request was answered with status \(status).")
        let body = JSONText.encode(["error": error, "message": message])
        return Answer(status: status, body: .whole(body))
    }

    private static let texts: [Int: (String, String)] = [
        401: ("Unauthenticated", "Authentication is required and has failed or has not yet been provided."),
        403: ("Forbidden", "Access to the requested resource is forbidden."),
        404: ("ResourceNotFound", "The requested resource could not be found."),
        422: ("ValidationError", "Input data validation failed."),
    ]
}
