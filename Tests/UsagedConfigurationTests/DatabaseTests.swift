import Testing

@testable import UsagedConfiguration

@Suite struct DatabaseTests {
    @Test(arguments: [
        "postgresql:///usage", "postgres://db.example.com:5432/usage",
        "postgresql://usaged@db/usage?sslmode=verify-full",
        "postgresql://%2Frun%2Fpostgresql/usage", "postgresql://a:5432,b:5433/usage?target_session_attrs=read-write",
        "postgresql://[::1]:5432/usage", "postgresql:///usage?passfile=/etc/usaged/pgpass", "service=usage",
        "host=db dbname=usage", "host = db  dbname = 'my password=x'", "passfile=/x sslcert=/y sslkey=/z",
        "dbname='it\\'s password=1' user=a", "options='-c search_path=usage'", "postgresql://host:5432/a@b",
    ])
    func `a connection string without a password is taken as it is`(text: String) throws {
        let quoted = "\"" + text.replacing("\\", with: "\\\\") + "\""
        #expect(try load(file(top: ["database: \(quoted)"])).database == text)
    }

    @Test(arguments: [
        "postgresql://usaged:S3cr3t@db/usage", "postgres://usaged:S3cr3t@/usage", "postgresql://:S3cr3t@db/usage",
        "postgresql://usaged:S3/cr3t@db/usage", "postgresql://usaged:S3cr3t@db:5432,db2/usage",
        "postgresql:///usage?password=S3cr3t", "postgresql://db/usage?sslmode=require&password=S3cr3t",
        "postgresql:///usage?pass%77ord=S3cr3t", "postgresql:///usage?sslpassword=S3cr3t",
        "password=S3cr3t", "host=db password=S3cr3t", "host=db password = S3cr3t", "host=db password = 'S3 cr3t'",
        "host='a b' password='S3cr\\'3t'", "host=a\\ b password=S3cr3t", "PASSWORD=S3cr3t",
        "host=db sslpassword=S3cr3t", "host=db\\tpassword=S3cr3t",
    ])
    func `a password is refused and not repeated`(text: String) throws {
        let found = try problem(
            file(top: [
                "database: \"\(text.replacing("\\'", with: "\\\\'"))\""
                    .replacing("a\\ b", with: "a\\\\ b")
            ]))
        #expect(found.key == "database")
        #expect(found.fault.hasPrefix("there is a password in it"))
        #expect(["PGPASSFILE", "peer", "certificates"].allSatisfy { found.remedy.contains($0) })
        #expect(!found.description.contains("S3") && !found.description.contains("cr3t"))
    }

    @Test(arguments: [
        "usage", "host", "host=db S3cr3t", "host='S3cr3t", "mysql://usaged:S3cr3t@db/usage", "https://S3cr3t",
        "postgresql:///usage?S3cr3t", "postgresql:///usage?%zz=S3cr3t", "\"\"",
    ])
    func `what libpq cannot read is refused and not repeated`(text: String) throws {
        let found = try problem(file(top: ["database: \(text.isEmpty || text.hasPrefix("\"") ? text : "\"\(text)\"")"]))
        #expect(found.key == "database")
        #expect(!found.description.contains("S3cr3t"))
    }
}
