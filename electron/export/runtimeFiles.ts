/** What stands beside a GGUF so that Ollama or a container runs it. */
import type { PromptTemplate } from '../../shared/promptTemplate.ts'

/**
 * https://docs.ollama.com/modelfile. The template is the text that the model was trained with; what would begin the next
 * question ends the answer.
 */
export function ollamaModelfile(ggufName: string, template: PromptTemplate): string {
  const [before = '', after = ''] = template.prompt.split('{prompt}')
  const text = `${goText(before)}{{ .Prompt }}${goText(after)}`
  const stop = before.trim().split('\n')[0] ?? ''
  return `# ollama create NAME -f Modelfile, then: ollama run NAME
FROM ./${ggufName}
TEMPLATE """${text}"""
${stop === '' ? '' : `PARAMETER stop ${JSON.stringify(stop)}\n`}PARAMETER temperature 0
PARAMETER num_predict 256
`
}

/** An image that serves the model with llama.cpp, answering as OpenAI's API does. */
export function containerfile(ggufName: string): string {
  return `# docker build -t NAME . && docker run --rm -p 8080:8080 NAME    (podman takes the same)
# Then: curl http://localhost:8080/completion -d '{"prompt": "..."}'
FROM ghcr.io/ggml-org/llama.cpp:server
COPY ${ggufName} /models/${ggufName}
EXPOSE 8080
USER 65534:65534
ENTRYPOINT ["/app/llama-server", "--model", "/models/${ggufName}", "--host", "0.0.0.0", "--port", "8080"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD curl --fail http://localhost:8080/health || exit 1
`
}

/** The prompt template as a file, for whoever calls the container: {prompt} stands for the question. */
export function templateNote(template: PromptTemplate): string {
  return `${JSON.stringify(template, null, 2)}\n`
}

/** Go's templates read two braces; three quotes would end Ollama's text. */
function goText(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}').replaceAll('"""', '""{{ "\\"" }}')
}
