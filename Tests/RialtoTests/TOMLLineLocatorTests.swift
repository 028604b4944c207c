import Testing

@testable import rialto

@Suite("Lines of a TOML document")
struct TOMLLineLocatorTests {
    private static let document = #"""
        # [not.a.table]
        top = "x # no comment"
        a.b = 1 # dotted
        "quoted key" = 'it''s'

        [ first . second ]
        text = """
        [inside]
        key = "no" \""" still
        """
        raw = '''
        raw2 = 3
        '''
        list = [
          "one", # [x]
          # two = 2
          [ "nested",
            "deeper" ],
          "three ] ,",
        ]
        inline = { a = "}", b = { c = 1 } }
        "es\u0063aped" = 1
        [[many]]
        x = 1
        [[many]]
        [last]
        y = 2021-01-01 08:00:00
        """#

    @Test(
        "keys and tables are found",
        arguments: [
            (["top"], 2), (["a"], 3), (["a", "b"], 3), (["quoted key"], 4), (["first"], 6), (["first", "second"], 6),
            (["first", "second", "text"], 7), (["first", "second", "raw"], 11), (["first", "second", "list"], 14),
            (["first", "second", "inline"], 21), (["first", "second", "inline", "b", "c"], 21),
            (["first", "second", "escaped"], 22), (["many"], 23), (["many", "[1]", "x"], 24), (["many", "[2]"], 25),
            (["many", "[2]", "x"], 25), (["last"], 26),
            (["last", "y"], 27),
        ])
    func findsKeys(path: [String], line: Int) {
        #expect(TOMLLineLocator(Self.document).line(of: path) == line)
    }

    @Test("elements of lists are found")
    func findsElements() {
        let locator = TOMLLineLocator(Self.document)
        let path = ["first", "second", "list"]
        #expect((0..<4).map { locator.line(of: path, element: $0) } == [15, 17, 19, 14])
    }

    @Test("what stands in strings and comments is not found")
    func ignoresText() {
        let locator = TOMLLineLocator(Self.document)
        for path in [["not", "a", "table"], ["inside"], ["raw2"], ["two"]] {
            #expect(locator.line(of: path) == nil)
        }
    }

    @Test(
        "any text comes to an end",
        arguments: [
            "", "[", "[[[", "a", "a =", "= 1", "\"", "'''", "a = [", "a = [[[[", "a = {", "]]]", "a = \"\\", "é = 1",
            "\u{0}",
        ])
    func survivesAnything(source: String) {
        #expect(TOMLLineLocator(source).line(of: ["none"]) == nil)
    }
}
