/**
 * What a match of the text rules is, and what to do about it, in words. Codes are those of `palyra-skills/text` and of the
 * collecting of texts; they stay the same from version to version.
 */
const HIDDEN = {
  tag_characters: "Tag characters, which nobody sees and a model reads as text. Take them out.",
  variation_selectors: "Variation selectors that select nothing: bytes that nobody sees. Take them out.",
  invisible_run: "A row of invisible characters. Take them out.",
  invisible_in_word: "An invisible character inside a word, which hides the word from whoever searches for it. Take it out.",
  invisible_character: "An invisible character that serves no letter or emoji beside it. Take it out.",
  bidirectional_override:
    "A character that turns the direction of writing round, so that a person reads something else. Take it out.",
  bidirectional_unclosed: "A change of direction that is not closed in its paragraph. Close it, or take it out.",
  bidirectional_control: "A control of direction where nothing is written from right to left. Take it out.",
  ansi_escape: "An escape sequence of terminals, which can hide or replace what a person sees. Take it out.",
  control_character: "A control character. Take it out.",
  mixed_script_word: "A word of letters of several scripts that look the same. Write it in one.",
  lookalike_word: "A word whose letters are not what they look like. Write it in the letters that it seems to be of.",
  styled_letters: "Letters made of symbols. Write plain ones.",
  unusual_space: "A space that is not the one that people type. Write a plain one.",
  pushed_out_of_view: "Text that blank lines or spaces push out of view. Take out the space before it.",
  too_long: "More text than anybody reads, so that what matters in it is overlooked. Say it in fewer words.",
  hidden_comment: "A comment of markup: a person does not see it, a model reads it. Take it out.",
  hidden_element: "An element that is there and not shown. Show it, or take it out.",
  active_link: "A link whose target is code or a page of its own. Link to a page.",
  remote_image: "A picture from another server, which learns that, when and where it is shown. Leave it out, or link to a page.",
  active_markup: "Markup that runs code where it is shown. Take it out.",
  encoded_instructions: "Orders or commands in an encoded form. Take them out.",
  encoded_text: "Text in an encoded form, which a model can read and a person does not. Write it as it is.",
  too_much_text:
    "More text than is looked at in one artifact. Nobody has looked at this file: make it smaller, or look yourself.",
  not_utf8: "A text file that is not UTF-8. Nobody has looked at it: store it as UTF-8.",
} as const satisfies { readonly [code: string]: string };

const INSTRUCTIONS = {
  override: "It tells a model to set aside what it was told. Say what the tool does, and nothing of other instructions.",
  authority: "It claims rank over the user or the system. Say what the tool does.",
  concealment: "It keeps something from the user. Whatever the tool does, the user may know.",
  consent_bypass: "It acts without the user's consent. Leave it to the user and the host to ask.",
  exfiltration: "It sends what is the user's to somewhere else. Ask for what the tool needs as an argument.",
  foreign_files:
    "It reaches for files outside the skill's roots, such as keys. Ask for what the tool needs as an argument, or declare a secret.",
  other_tools: "It says how or when other tools are to be used. Speak of this tool alone.",
  persona: "It makes a model somebody else, or free of its rules. Say what the tool does.",
  addressed_to_model: "It speaks to the model rather than of the tool. Say what the tool does.",
  command: "It has a command run that fetches or hides code. Put what is needed into the module.",
  data_link: "A link that carries data to its server. Link to a page.",
  collector_link: "A link to a bare address, a tunnel or a collector of requests. Link to a page that people know.",
  agent_memory: "It writes what an agent will obey later. Leave the agent's own files to its user.",
  destruction: "It has the user's files or systems destroyed. Say what the tool does.",
  context_parameter:
    "A parameter that asks for what a model knows beside the task: its instructions, its reasoning, the conversation. Ask for what the tool needs.",
  role_marks: "Marks by which a model tells who speaks. Take them out.",
  role_element: "An element that passes for the system's voice. Write plain text.",
  role_heading: "A heading that passes for the system's or an administrator's voice. Write plain text.",
  role_in_json: "A message of the system, as a model's API takes it. Take it out of what a model reads.",
  role_turn: "A conversation, as models continue them. Describe it instead.",
} as const satisfies { readonly [code: string]: string };

const MESSAGES: ReadonlyMap<string, string> = new Map([...Object.entries(HIDDEN), ...Object.entries(INSTRUCTIONS)]);

export const messageOf = (code: string): string => MESSAGES.get(code) ?? "It is unusual in a text that a model reads.";

export const HIDDEN_CODES: readonly string[] = Object.keys(HIDDEN);
export const INSTRUCTION_CODES: readonly string[] = Object.keys(INSTRUCTIONS);
