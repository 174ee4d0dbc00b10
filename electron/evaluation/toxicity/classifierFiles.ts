/** What the classifier consists of. */
export const classifierFiles = ['config.json', 'tokenizer.json', 'model.onnx'] as const
