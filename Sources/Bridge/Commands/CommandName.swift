/// The commands that the bridge brings with it, in the order of `!help`.
package enum CommandName: String, CaseIterable, Sendable {
    case help, start, new, skills, skill, model, settings, soul, safety, plan, connectors
    case status, whoami, context, usage, chats, rename, archive, save, load, list, remove, reset, stop, retry, yes, no,
        cancel
}
