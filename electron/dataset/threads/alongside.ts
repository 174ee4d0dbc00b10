/**
 * Does a part of the work here while another thread does its own. Where one of them fails, the other one ends before its
 * failure is thrown: nothing runs on, and no failure goes unheard.
 */
export async function alongside<Here, There>(
  here: () => Here,
  there: (signal: AbortSignal) => Promise<There>,
): Promise<[Here, There]> {
  const controller = new AbortController()
  const theirs = there(controller.signal)
  let ours: Here
  try {
    ours = here()
  } catch (error) {
    controller.abort(error)
    await Promise.allSettled([theirs])
    throw error
  }
  return [ours, await theirs]
}
