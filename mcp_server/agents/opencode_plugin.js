// Written by `mcp-promptlearn setup`, which `mcp-promptlearn uninstall` undoes: it tells mcp-promptlearn what happens
// in a session, and shows the model the rules that come back. What fails here fails in silence, and opencode goes on.

import { spawn } from "node:child_process"

const RUN = __RUN__

const PATIENCE = 10_000 // milliseconds for one answer
const MOST = 100_000 // characters of a text; what is longer loses its middle
const EDITS = { edit: "Edit", write: "Write", multiedit: "MultiEdit" }
const PATCHES = ["apply_patch", "patch"]
const DEEPEST = 100 // sub-agents of sub-agents
const OURS = "promptlearn_"
const TITLE = "You are a title generator"

const cut = (text) => (text.length > MOST ? text.slice(0, MOST / 2) + "\n...\n" + text.slice(-MOST / 2) : text)

/** What our program answers to an event; nothing where it fails, takes too long, or says too much. */
function tell(event, until) {
  return new Promise((done) => {
    const [program, ...words] = RUN.words
    const place = RUN.store ? { PROMPTLEARN_HOME: RUN.store } : {}
    const child = spawn(program, [...words, event.hook_event_name], {
      cwd: event.cwd,
      env: { ...process.env, ...place },
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
    })
    let said = ""
    const end = () => {
      clearTimeout(timer)
      try {
        done(JSON.parse(said))
      } catch {
        done({})
      }
    }
    const stop = () => (child.kill("SIGKILL"), child.stdout.destroy(), end())
    const timer = setTimeout(stop, Math.max(0, until - Date.now()))
    child.on("error", end)
    child.on("close", end)
    child.stdin.on("error", () => {})
    child.stdout.setEncoding("utf8")
    child.stdout.on("data", (text) => (said += text).length > MOST && stop())
    child.stdin.end(JSON.stringify(event))
  }).catch(() => ({}))
}

/** A fault of ours must not become one of opencode's. */
const quiet =
  (act) =>
  async (...given) => {
    try {
      await act(...given)
    } catch {}
  }

// The one export, and a function: older versions of opencode call whatever a plugin exports.
export const Promptlearn = async ({ client, directory }) => {
  if (process.env.PROMPTLEARN_OWN) return {}
  const sessions = new Map()
  let last = Promise.resolve()

  /** The session of a person in which another one works, else that one; nothing where opencode does not say. */
  async function root(id) {
    try {
      for (let depth = 0; depth < DEEPEST; depth++) {
        const { data } = await client.session.get({ path: { id } })
        if (!data) return
        if (!data.parentID) return id
        id = data.parentID
      }
    } catch {}
  }

  function about(id) {
    if (!sessions.has(id)) sessions.set(id, { id, source: "resume", compacting: false })
    const session = sessions.get(id)
    session.root ??= root(id).then((found) => (found || (session.root = undefined), found))
    return session
  }

  /** Is it surely a person who types there? */
  const own = async (session) => (await session.root) === session.id

  /** One after the other, as they happened. Where our program hangs, what waits behind that is lost, not waited for. */
  function say(session, name, more) {
    const until = Date.now() + PATIENCE
    const { root } = session
    last = last.then(async () => {
      const id = (await root) ?? session.id
      if (Date.now() >= until) return {}
      return tell({ hook_event_name: name, session_id: id, cwd: directory, ...more }, until)
    })
    return last
  }

  const context = (answer) => answer?.hookSpecificOutput?.additionalContext ?? ""

  /** The rules of a session, asked for only where the model is about to see them, and then kept as they are. */
  async function begin(session, model) {
    session.begun = true
    const name = (await own(session)) ? "SessionStart" : "SubagentStart"
    const answer = await say(session, name, { source: session.source, model })
    if (answer.systemMessage) {
      const body = { title: "promptlearn", message: answer.systemMessage, variant: "info", duration: 8000 }
      client.tui.showToast({ body }).catch(() => {})
    }
    return context(answer)
  }

  /** The rules stand before the conversation, so a compaction that has ended is the time to read them anew. */
  function compacted(id) {
    const session = about(id)
    if (session.compacting) Object.assign(session, { compacting: false, rules: undefined, source: "compact" })
  }

  async function end(session) {
    if (session.begun && (await own(session))) say(session, "SessionEnd")
  }

  return {
    event: quiet(async ({ event }) => {
      const { sessionID, info } = event.properties
      if (event.type === "session.created") about(info.id).source = "startup"
      if (event.type === "session.compacted") compacted(sessionID)
      if (event.type === "session.deleted" && sessions.has(info.id)) {
        await end(about(info.id))
        sessions.delete(info.id)
      }
    }),

    "command.execute.before": quiet(async (input) => {
      about(input.sessionID).typed = input.arguments
    }),

    "chat.message": quiet(async (input, output) => {
      const session = about(input.sessionID)
      compacted(input.sessionID)
      const typed = await own(session)
      const parts = output.parts.filter((part) => part.type === "text" && !part.synthetic && !part.ignored)
      // Of a command the person typed what stands behind its name only.
      const prompt = session.typed ?? parts.map((part) => part.text).join("\n")
      session.typed = undefined
      if (typed && prompt.trim()) say(session, "UserPromptSubmit", { prompt: cut(prompt) })
    }),

    "experimental.chat.system.transform": quiet(async (input, output) => {
      const { system } = output
      if (!input.sessionID || system[0]?.startsWith(TITLE)) return
      const session = about(input.sessionID)
      if (session.compacting) return
      session.rules ??= begin(session, input.model?.id)
      const rules = await session.rules
      if (!rules) return
      // Where a prefix is cached by the piece, ours is one of its own. Elsewhere it joins another, as some models
      // refuse two.
      if (!system.length || input.model?.api?.npm?.includes("anthropic")) system.push(rules)
      else system[system.length - 1] += "\n\n" + rules
    }),

    "experimental.session.compacting": quiet(async (input) => {
      about(input.sessionID).compacting = true
    }),

    "experimental.compaction.autocontinue": quiet(async (input) => compacted(input.sessionID)),

    // Our server is not told which session calls it: it asks who was seen last.
    "tool.execute.before": quiet(async (input) => {
      if (input.tool.startsWith(OURS)) await say(about(input.sessionID), "PreToolUse", { tool_name: input.tool })
    }),

    "tool.execute.after": quiet(async (input, output) => {
      const { tool, args } = input
      const used = (name, given, response) =>
        say(about(input.sessionID), "PostToolUse", { tool_name: name, tool_input: given, tool_response: response })
      if (tool === "bash") {
        const { exit, output: printed } = output.metadata ?? {}
        const text = cut(printed || output.output || "")
        used("Bash", { command: cut(args.command) }, { output: text === "(no output)" ? "" : text, exit_code: exit })
        return
      }
      const patch = PATCHES.includes(tool)
      if (!patch && !(tool in EDITS)) return
      const given = patch ? { input: cut(args.patchText ?? "") } : { file_path: args.filePath }
      const rules = context(await used(patch ? "apply_patch" : EDITS[tool], given))
      if (rules) output.output += "\n\n" + rules
    }),

    dispose: quiet(async () => {
      for (const session of sessions.values()) await end(session)
      await last
    }),
  }
}
