// Written by `mcp-promptlearn setup`, which `mcp-promptlearn uninstall` undoes: it tells mcp-promptlearn what happens
// in a session, and shows the model the rules that come back. What fails here fails in silence, and Cline goes on.

import { spawn } from "node:child_process"

const RUN = __RUN__

const PATIENCE = 2_500 // milliseconds for the answers to one event; Cline waits 3 seconds for a plugin
const MOST = 100_000 // characters of a text; what is longer loses its middle
const OURS = "promptlearn__"
const TYPED = ["cline-cli"] // where a person types the prompts

const off = Boolean(process.env.PROMPTLEARN_OWN)
const brought = new Map() // by agent, all rules that it was brought
const compacted = new Map() // by agent, the summary that it works with
let about = {}

const cut = (text) => (text.length > MOST ? text.slice(0, MOST / 2) + "\n...\n" + text.slice(-MOST / 2) : text)

function start(name, more, answered) {
  const [program, ...words] = RUN.words
  const place = RUN.store ? { PROMPTLEARN_HOME: RUN.store } : {}
  const child = spawn(program, [...words, name], {
    cwd: about.folder,
    env: { ...process.env, ...place },
    stdio: ["pipe", answered ? "pipe" : "ignore", "ignore"],
    detached: !answered,
    windowsHide: true,
  })
  child.on("error", () => {})
  child.stdin.on("error", () => {})
  // The parent of this process is Cline, which started our server, too: by that they find each other.
  const event = { hook_event_name: name, session_id: about.session, cwd: about.folder, process: process.ppid, ...more }
  child.stdin.end(JSON.stringify(event))
  return child
}

/** The rules that our program answers to an event with; nothing where it fails, takes too long, or says too much. */
function tell(name, more, until = Date.now() + PATIENCE) {
  return new Promise((done) => {
    const child = start(name, more, true)
    let said = ""
    const end = () => {
      clearTimeout(timer)
      try {
        done(JSON.parse(said).hookSpecificOutput?.additionalContext ?? "")
      } catch {
        done("")
      }
    }
    const stop = () => (child.kill("SIGKILL"), child.stdout.destroy(), end())
    const timer = setTimeout(stop, Math.max(0, until - Date.now()))
    child.on("error", end)
    child.on("close", end)
    child.stdout.setEncoding("utf8")
    child.stdout.on("data", (text) => (said += text).length > MOST && stop())
  }).catch(() => "")
}

/** A fault of ours must not become one of Cline's. */
const quiet = (act) => async (given) => {
  try {
    return about.session && !off ? await act(given) : undefined
  } catch {}
}

const texts = (message) => message.content.filter((part) => part.type === "text").map((part) => part.text)
const shown = (rules) => (rules ? { appendContext: rules } : undefined)

const holds = (messages, rules) => messages.some((message) => texts(message).some((text) => text.includes(rules)))

/** All rules for an agent, which are then known as those that it was brought. */
async function bring({ agentId, parentAgentId }, source, until) {
  const rules = (await tell(parentAgentId ? "SubagentStart" : "SessionStart", { source }, until)).trim()
  brought.set(agentId, rules)
  return rules
}

function end() {
  if (brought.size && !off) start("SessionEnd", {}, false).unref()
}

export default {
  name: "promptlearn",
  manifest: { capabilities: ["hooks"] },

  setup(api, context) {
    const folder = context.workspaceInfo?.rootPath ?? process.cwd()
    about = { session: context.session?.sessionId, folder, client: context.client?.name }
    process.once("SIGTERM", () => process.exit(0))
    process.once("exit", end)
  },

  hooks: {
    beforeRun: quiet(async ({ snapshot }) => {
      const until = Date.now() + PATIENCE
      const { agentId, messages } = snapshot
      const fresh = !brought.has(agentId)
      const rules = fresh ? await bring(snapshot, messages.length > 1 ? "resume" : "startup", until) : ""
      const typed = ({ role, metadata }) => role === "user" && metadata?.displayRole !== "system"
      const last = messages.findLast(typed)
      if (last && !snapshot.parentAgentId && TYPED.includes(about.client)) {
        await tell("UserPromptSubmit", { prompt: cut(texts(last).join("\n")) }, until)
      }
      // Where somebody goes on with a session, its history may hold them.
      return shown(holds(messages, rules) ? "" : rules)
    }),

    // The history keeps what a compaction takes from the model: there they are put in anew, always at the same place.
    beforeModel: quiet(async ({ snapshot, request }) => {
      const { messages } = request
      let rules = brought.get(snapshot.agentId)
      if (!rules || holds(messages, rules)) return
      const summary = texts(messages[0]).join("\n")
      if (compacted.get(snapshot.agentId) !== summary) {
        compacted.set(snapshot.agentId, summary)
        rules = await bring(snapshot, "compact")
        if (!rules || holds(messages, rules)) return
      }
      const text = `<hook_context source="RunStart">\n${rules}\n</hook_context>`
      const put = { id: "promptlearn", role: "user", content: [{ type: "text", text }], createdAt: messages[0].createdAt }
      const at = messages[0].role === "user" ? 1 : 0
      return { messages: [...messages.slice(0, at), put, ...messages.slice(at)] }
    }),

    // Our server is not told which session calls it: it asks who was seen last.
    beforeTool: quiet(async ({ toolCall }) => {
      if (toolCall.toolName.startsWith(OURS)) await tell("PreToolUse", { tool_name: toolCall.toolName })
    }),

    afterTool: quiet(async ({ toolCall, input, result }) => {
      const until = Date.now() + PATIENCE
      const used = (name, given, response) =>
        tell("PostToolUse", { tool_name: name, tool_input: given, tool_response: response }, until)
      const rules = []
      const { output } = result
      switch (toolCall.toolName) {
        case "run_commands":
          for (const { query, result, success } of Array.isArray(output) ? output : []) {
            await used("Bash", { command: cut(String(query)) }, { output: cut(String(result ?? "")), exit_code: success ? 0 : 1 })
          }
          break
        case "editor":
          if (output?.success) rules.push(await used("Edit", { file_path: input.path }))
          break
        case "apply_patch":
          if (output?.success) rules.push(await used("apply_patch", { input: cut(input.input ?? "") }))
      }
      return shown(rules.filter(Boolean).join("\n\n"))
    }),
  },
}
