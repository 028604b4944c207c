import MatrixClient
import Testing

@Suite struct SafeFileNameTests {
    @Test(arguments: [
        ("cat.png", "cat.png"), ("../../etc/passwd", "_.._etc_passwd"), ("/etc/passwd", "_etc_passwd"), ("..", "file"),
        ("", "file"), (".ssh", "ssh"), ("-rf", "rf"), ("a\0b\nc", "a_b_c"), ("Grüße.txt", "Gr__e.txt"),
        (String(repeating: "x", count: 300) + ".png", String(repeating: "x", count: 96) + ".png"),
    ])
    func staysInItsFolder(_ name: String, _ safe: String) {
        #expect(SafeFileName.make(from: name) == safe)
    }
}
