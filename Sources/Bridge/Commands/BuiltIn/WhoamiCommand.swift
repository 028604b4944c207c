import MatrixAPI
import PlatformSDK

/// `!whoami`: shows who the person is to the platform.
struct WhoamiCommand: BuiltInCommand {
    static let commandName = CommandName.whoami
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        CommandReply(
            notices.whoami(
                matrixID: context.sender.rawValue,
                userID: context.user.userID,
                since: context.user.createdAt
            )
        )
    }
}
