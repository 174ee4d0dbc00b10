import { expect, test } from 'vitest'
import { promptTemplateOf } from '../../../../electron/engine/model/chatTemplate.ts'
import { ModelFileError } from '../../../../electron/engine/model/modelFileError.ts'
import { defaultPromptTemplate, fillPrompt } from '../../../../shared/promptTemplate.ts'

const chatMl =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
const config = { beginOfText: '<s>', endOfText: '<|im_end|>', chatTemplate: chatMl }

test('a chat template becomes the text before the answer', () => {
  const template = promptTemplateOf(config)
  expect(fillPrompt(template, 'How bright is it?')).toBe(
    '<|im_start|>user\nHow bright is it?<|im_end|>\n<|im_start|>assistant\n',
  )
  expect(template.completion).toBe('{completion}')
})

test('the beginning-of-text token is the model\u2019s', () => {
  const chatTemplate = "{{ bos_token }}{{ messages[0]['content'] | trim }}:"
  expect(promptTemplateOf({ ...config, chatTemplate }).prompt).toBe('<s>{prompt}:')
})

test('a model without one gets the plain instruction template', () => {
  expect(promptTemplateOf({ ...config, chatTemplate: null })).toEqual(defaultPromptTemplate)
})

test.each([
  ['broken', '{% if %}'],
  ['without the question', 'Hello.'],
  ['with the question twice', "{{ messages[0]['content'] }}{{ messages[0]['content'] }}"],
])('a template that is %s is refused', (_, chatTemplate) => {
  expect(() => promptTemplateOf({ ...config, chatTemplate })).toThrow(ModelFileError)
})
