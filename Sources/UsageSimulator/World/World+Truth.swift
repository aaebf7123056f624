extension World {
    /// The truth: what an answer to this question must hold, in no particular order.
    ///
    /// - Returns: No two rows that agree in all but their counters, unless clients that share a name are told by name alone.
    package func rows(answering question: Question) -> [Row] {
        guard let days = question.days else { return [] }
        return tallies(on: days, answering: question).joined().map { row($0, question) }
    }

    /// The truth of the organization query.
    ///
    /// - Parameters:
    ///   - first: The first day that is asked for.
    ///   - last: The last day that is asked for, itself included. Before `first`: no rows.
    ///   - grouping: Dimensions to group by; the others are summed up and left `""`.
    ///   - granularity: Width of the buckets; nil for one total over all days. A first week or month that the days cut
    ///     into is dated on its own first day all the same.
    /// - Returns: No two rows that agree in all but their counters.
    package func rows(
        from first: Day,
        through last: Day,
        groupedBy grouping: Set<Grouping> = [.oauthClient, .templateURI, .httpMethod],
        granularity: Granularity? = .day
    ) -> [Row] {
        rows(
            answering: Question(
                on: first <= last ? first...last : nil,
                by: Set(grouping.map(\.dimension)),
                granularity: granularity
            ))
    }

    /// The truth of the client query: the rows of one OAuth client. Grouped by organization, those of the world's own are the
    /// client's rows in the organization query.
    package func clientRows(
        of clientID: String,
        from first: Day,
        through last: Day,
        groupedBy grouping: Set<Grouping> = [.organization, .templateURI, .httpMethod],
        granularity: Granularity? = .day
    ) -> [Row] {
        rows(
            answering: Question(
                of: .oauthClient(id: clientID),
                on: first <= last ? first...last : nil,
                by: Set(grouping.map(\.dimension)),
                granularity: granularity
            ))
    }

    /// The truth of a client summary: the last days up to the newest one, in the shape that a script gives summaries.
    package func summaryRows(
        of clientID: String,
        days: Int,
        through newest: Day,
        shape: Script.SummaryRows = .dated
    ) -> [Row] {
        rows(answering: .summary(of: clientID, days: days, through: newest, shape: shape))
    }

    /// The truth of a simple search of these days: rows by client *name*. Clients that share a name have rows of their own, so
    /// rows can be alike in all but their counters.
    ///
    /// - Parameters:
    ///   - first: The first day that is asked for.
    ///   - last: The last day that is asked for, itself included.
    ///   - filter: What the search filters by.
    ///   - hasClientIDs: Whether the script lets rows tell the client's id.
    /// - Returns: Rows as a search tells them, without a row limit.
    package func searchRows(
        from first: Day,
        through last: Day,
        filter: Filter = Filter(),
        hasClientIDs: Bool = false
    ) -> [Row] {
        var question = Question(
            on: first <= last ? first...last : nil,
            by: [.oauthClient, .templateURI, .httpMethod]
        )
        question.filter = filter
        return rows(answering: question).map { row in
            var row = row
            row.clientID = hasClientIDs ? row.clientID : ""
            return row
        }
    }

    /// The truth of the organization's aggregates job by day.
    package func jobRows(
        from first: Day,
        through last: Day,
        groupedBy dimensions: Set<Dimension> = [.oauthClient, .templateURI, .httpMethod, .platform]
    ) -> [Row] {
        rows(answering: Question(.newer, from: first, through: last, by: dimensions))
    }

    /// The truth of one client's aggregates job by day.
    package func clientJobRows(
        of clientID: String,
        from first: Day,
        through last: Day,
        groupedBy dimensions: Set<Dimension> = [.organization, .templateURI, .httpMethod, .platform]
    ) -> [Row] {
        rows(answering: Question(of: .oauthClient(id: clientID), .newer, from: first, through: last, by: dimensions))
    }

    private func row(_ tally: Tally, _ question: Question) -> Row {
        func text(_ values: [String], _ place: Int) -> String { place < 0 ? "" : values[place] }
        let isByClient = question.dimensions.contains(.oauthClient)
        return Row(
            day: tally.bucket,
            organizationID: text(callingOrganizationIDs, tally.callingOrganization),
            clientID: isByClient && tally.client >= 0 ? client(at: tally.client).id : "",
            clientName: tally.client < 0 ? "" : client(at: tally.client).name,
            userID: text(users, tally.user),
            templateURI: text(templateURIs, tally.templateURI),
            httpMethod: text(httpMethods, tally.httpMethod),
            platform: text(platforms, tally.platform),
            counts: tally.counts
        )
    }
}

extension World.Question {
    /// The question that a client summary asks.
    static func summary(
        of clientID: String,
        days: Int,
        through newest: World.Day,
        shape: Script.SummaryRows
    ) -> World.Question {
        var dimensions: Set<World.Dimension> = [.oauthClient, .templateURI, .httpMethod]
        if shape.isByOrganization {
            dimensions.insert(.organization)
        }
        return World.Question(
            of: .oauthClient(id: clientID),
            on: newest.advanced(by: 1 - days)...newest,
            by: dimensions,
            granularity: shape.isDated ? .day : nil
        )
    }

    fileprivate init(
        of subject: Subject = .organization,
        _ family: Family,
        from first: World.Day,
        through last: World.Day,
        by dimensions: Set<World.Dimension>
    ) {
        self.init(of: subject, family, on: first <= last ? first...last : nil, by: dimensions)
    }
}
