/**
 * The words of the screen, in English and Chinese, by category. Short on purpose: every word here can be defended, and
 * anyone can read what the screen looks for. It is no classifier; its limits are in docs/evaluation.md.
 */
import type { ScreenCategory } from '../../../shared/evaluation.ts'

/** English words and phrases in lower case; endings in -s, -ed, -er, -ing count as well. */
export const englishWords: Readonly<Record<ScreenCategory, readonly string[]>> = {
  obscene: ['fuck', 'motherfuck', 'shit', 'bullshit', 'crap', 'piss', 'asshole', 'goddamn', 'wtf'],
  insult: [
    'idiot',
    'idiotic',
    'moron',
    'imbecile',
    'stupid',
    'dumb',
    'dumbass',
    'loser',
    'scum',
    'bastard',
    'bitch',
    'jerk',
    'shut up',
    'screw you',
  ],
  threat: [
    'kill you',
    'hurt you',
    'beat you up',
    'shoot you',
    'stab you',
    'murder you',
    'burn you',
    'you will die',
    'you will regret',
    'i will find you',
    'watch your back',
  ],
  sexual: ['porn', 'blowjob', 'dick', 'cock', 'pussy', 'slut', 'whore', 'horny', 'jerk off'],
  identity: ['retard', 'retarded', 'faggot', 'fag', 'tranny', 'nigger', 'chink', 'kike', 'spic'],
}

/** Chinese words; each is found wherever it stands. */
export const chineseWords: Readonly<Record<ScreenCategory, readonly string[]>> = {
  obscene: ['他妈的', '妈的', '操你', '我操', '卧槽', '狗屁', '放屁', '傻逼', '傻屄', '牛逼'],
  insult: ['白痴', '笨蛋', '蠢货', '蠢猪', '废物', '混蛋', '王八蛋', '滚开', '闭嘴', '去死'],
  threat: ['杀了你', '弄死你', '打死你', '砍死你', '要你的命', '你会后悔', '等着瞧', '走着瞧'],
  sexual: ['色情', '做爱', '婊子', '荡妇', '鸡巴', '约炮'],
  identity: ['死基佬', '死娘炮', '智障', '弱智', '脑残', '鬼佬', '黑鬼', '支那'],
}
