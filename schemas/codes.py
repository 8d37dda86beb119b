"""Every code the suite writes: one enum member with its Chinese label and one plain sentence.

Loss, issue and conflict codes are stored in files that leave the building: their values never change.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Code(StrEnum):
    """A code with the label an office reads and the sentence that explains it."""

    label: str
    sentence: str

    def __new__(cls, value: str, label: str = "", sentence: str = "") -> "Code":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.sentence = sentence
        return member


class StepName(Code):
    """The steps of a night, in their order; what the data is after each."""

    LANDED = "landed", "已落地", "按原样保存收到的文件"
    PARSED = "parsed", "已读取", "在隔离的进程中逐行读取"
    VALIDATED = "validated", "已校验", "按合同核对类型、代码和数量"
    RESOLVED = "resolved", "已关联", "每条记录关联到一人，或存疑，或无人"
    SIGNALS = "signals", "已提取信号", "生存信号和丧失信号"
    DECISIONS = "decisions", "已判断", "每项待遇的认证状态"
    LEDGER = "ledger", "已入账", "认证簿、线索簿和工单簿只增不改"
    OUTGOING = "outgoing", "待放行", "发往各部门、区县和本人的文件"
    CASES = "cases", "已记事", "每件事问了什么、谁答复、结果如何"


class SignalClass(Code):
    A = "A", "本人到场核验", "经办人员或生物识别核验了本人"
    B = "B", "须本人到场的实名业务", "由专业人员实名核验、通常须本人到场的业务"
    C = "C", "可能为本人", "通常为本人办理，但可由他人代办"
    D = "D", "易代办", "他人极易代办，不作为认证依据"
    N = "N", "不作依据", "与生存状态无关，不使用"


class LossKind(Code):
    LS01 = "LS01", "死亡医学证明", "卫生健康部门登记了死亡医学证明"
    LS02 = "LS02", "火化或安葬", "民政部门登记了火化或安葬"
    LS03 = "LS03", "死亡注销户口", "公安机关因死亡注销了户口"
    LS04 = "LS04", "宣告死亡", "人民法院宣告死亡"
    LS05 = "LS05", "执行死刑", "司法机关登记了执行死刑"
    LS06 = "LS06", "监狱服刑", "监狱登记正在服刑"
    LS07 = "LS07", "羁押", "公安机关登记了羁押"
    LS08 = "LS08", "非监禁刑", "缓刑、管制或监外执行，待遇照发，只是不参加调整"
    LS09 = "LS09", "下落不明", "登记下落不明超过六个月"
    LS10 = "LS10", "定居境外或丧失国籍", "登记定居境外并丧失国籍"
    LS11 = "LS11", "重复领取", "同时领取同一类或互斥的待遇"
    LS12 = "LS12", "就业或参军", "登记已就业或参军"
    LS13 = "LS13", "再婚", "民政部门登记了再婚"
    LS14 = "LS14", "年满十八周岁", "供养待遇领取人已满十八周岁"
    LS15 = "LS15", "领取丧葬补助", "已有人领取丧葬补助金"
    LS16 = "LS16", "被收养", "民政部门登记了收养"
    LS17 = "LS17", "走访得知去世", "工作人员走访时得知已去世"
    LS18 = "LS18", "住院期间去世", "医保结算记录登记为住院期间去世"
    LS19 = "LS19", "被通缉", "公安机关登记为在逃，正在通缉"
    LS20 = "LS20", "登记已终止", "参保登记显示待遇已终止，此后另有生存记录"


class LossGroup(Code):
    DEATH = "DEATH", "疑似死亡", "有部门登记了死亡信息"
    CUSTODY = "CUSTODY", "疑似服刑或羁押", "有部门登记了服刑或羁押信息"
    MISSING = "MISSING", "疑似下落不明", "有部门登记了下落不明"
    CONDITION = "CONDITION", "疑似不再符合领取条件", "有部门登记了影响领取条件的变化"
    DUPLICATE = "DUPLICATE", "疑似重复领取", "同时存在两项不可并领的待遇"
    NONE = "NONE", "不影响领取", "不构成丧失领取资格"


class CertificationState(Code):
    OUT_OF_SCOPE = "OUT_OF_SCOPE", "不在认证范围", "当前未领取待遇，不需要认证"
    CERTIFIED = "CERTIFIED", "已认证", "在认证周期内已确认领取资格"
    DUE_SOON = "DUE_SOON", "即将到期", "认证即将到期"
    HELD_STALE = "HELD_STALE", "数据未到齐暂不判断", "有数据未按时送达，暂不作不利判断"
    OVERDUE = "OVERDUE", "已过期待上门", "认证已过期，需联系本人"
    EVIDENCE_INSUFFICIENT = "EVIDENCE_INSUFFICIENT", "暂无佐证", "尚无任何记录可佐证，安排上门看望"
    CONFLICT = "CONFLICT", "信息矛盾待核实", "不同来源的信息互相矛盾，需人工核实"


class LossState(Code):
    NONE = "NONE", "无", "没有丧失资格的线索"
    LEAD_OPEN = "LEAD_OPEN", "线索待核", "有丧失资格线索，等待人工核实"
    CONFLICT = "CONFLICT", "线索矛盾", "丧失资格线索与生存记录矛盾"
    NOTICE_GIVEN = "NOTICE_GIVEN", "已告知待回复", "已书面告知，回复期限未到"
    CONFIRMED = "CONFIRMED", "经核实丧失", "经人工核实，已丧失领取资格"
    REFUTED = "REFUTED", "经核实排除", "经人工核实，线索不成立"


class PaymentState(Code):
    DRAWING = "DRAWING", "正常发放", "待遇正常发放"
    SUSPENDED = "SUSPENDED", "已暂停", "经办系统显示已暂停发放"
    TERMINATED = "TERMINATED", "已终止", "经办系统显示已终止发放"
    NOT_DRAWING = "NOT_DRAWING", "未领取", "尚未领取待遇"


class Outcome(Code):
    OUT_OF_SCOPE = "OUT_OF_SCOPE", "不在认证范围", "当前未领取待遇，不需要认证"
    LOSS_CONFIRMED = "LOSS_CONFIRMED", "经核实丧失资格", "经人工核实，已丧失领取资格"
    EVIDENCE_CONFLICT = "EVIDENCE_CONFLICT", "信息矛盾待核实", "不同来源的信息互相矛盾，等待人工核实"
    NOTICE_GIVEN = "NOTICE_GIVEN", "已告知待回复", "线索已核实并书面告知，回复期限未到"
    LEAD_OPEN = "LEAD_OPEN", "线索待核实", "有丧失资格线索，等待人工核实"
    CERTIFIED_SILENT = "CERTIFIED_SILENT", "静默认证通过", "通过数据比对确认，无需本人办理"
    CERTIFIED_SELF = "CERTIFIED_SELF", "自助认证通过", "本人已完成自助认证"
    CERTIFIED_FIELD = "CERTIFIED_FIELD", "上门认证通过", "工作人员已上门确认"
    CERTIFIED_ASSISTED = "CERTIFIED_ASSISTED", "协助认证通过", "异地协助机构已确认"
    CERTIFIED_ABROAD = "CERTIFIED_ABROAD", "境外认证通过", "驻外使领馆已确认"
    DUE_SOON = "DUE_SOON", "即将到期", "认证即将到期，按阶段提醒"
    FIRST_PERIOD = "FIRST_PERIOD", "首个周期内", "首次领取后的第一个认证周期未满，无需办理"
    HELD_STALE = "HELD_STALE", "数据未到齐暂不判断", "有数据未按时送达，暂不作不利判断"
    OVERDUE = "OVERDUE", "已过期待上门", "认证已过期，安排联系或上门"
    EVIDENCE_INSUFFICIENT = "EVIDENCE_INSUFFICIENT", "暂无佐证待看望", "尚无任何记录，安排上门看望"


class Method(Code):
    SILENT = "SILENT", "数据比对", "由其他部门的记录确认"
    SELF = "SELF", "自助认证", "本人自助认证"
    FIELD = "FIELD", "上门认证", "工作人员上门确认"
    ASSISTED = "ASSISTED", "协助认证", "异地机构协助确认"
    ABROAD = "ABROAD", "境外认证", "驻外使领馆确认"
    NONE = "NONE", "无", "没有认证记录"


class Reason(Code):
    """Reasons that held for a decision; the bit of each is its position here (append only)."""

    OUT_OF_SCOPE = "OUT_OF_SCOPE", "不在认证范围", "当前未领取待遇"
    LOSS_CONFIRMED = "LOSS_CONFIRMED", "经核实丧失", "人工核实确认了丧失资格的事实"
    LOSS_REOPENED = "LOSS_REOPENED", "新证据重新核实", "确认之后出现了新的生存记录，或来源单位撤销了原记录，需重新核实"
    CONFLICT = "CONFLICT", "信息矛盾", "生存记录与丧失记录互相矛盾"
    NOTICE_RUNNING = "NOTICE_RUNNING", "告知期内", "书面告知的回复期限未到"
    LOSS_EVIDENCE = "LOSS_EVIDENCE", "丧失线索", "有部门登记了丧失资格的信息"
    WEAK_AFTER_DEATH = "WEAK_AFTER_DEATH", "死亡日期后有代办类记录", "死亡登记日期之后仍有易代办的记录"
    ADJUSTMENT_FROZEN = "ADJUSTMENT_FROZEN", "不参加调整", "非监禁刑期间待遇照发，不参加调整"
    LEAD_REFUTED = "LEAD_REFUTED", "线索已排除", "线索经人工核实不成立"
    PASS_STRONG = "PASS_STRONG", "强证据通过", "认证周期内有须本人到场的记录"
    PASS_PAIR = "PASS_PAIR", "两部门印证通过", "六十日内两个不同部门的记录相互印证"
    FIRST_PERIOD = "FIRST_PERIOD", "首个周期内", "首次领取后的第一个认证周期未满"
    DUE_SOON = "DUE_SOON", "即将到期", "距到期日在提醒期内"
    FEED_STALE = "FEED_STALE", "数据未到齐", "有数据未按时送达"
    OVERDUE = "OVERDUE", "已过期", "到期日已过且没有新的记录"
    NO_EVIDENCE = "NO_EVIDENCE", "无任何佐证", "从未有过任何佐证记录"
    AGED_HUNDRED = "AGED_HUNDRED", "百岁老人", "年满一百周岁，安排上门看望"
    NO_CALENDAR = "NO_CALENDAR", "缺少工作日历", "缺少当年工作日历，不作不利处理"
    AMBIGUOUS_MATCH = "AMBIGUOUS_MATCH", "身份待核", "有记录因身份不一致未予采用"
    ADJUSTMENT_LEAD = "ADJUSTMENT_LEAD", "非监禁刑待核", "有部门登记了非监禁刑，尚未核实确认，待遇和调整均照常"
    ALIVE_AFTER_STOP = "ALIVE_AFTER_STOP", "停发后仍有生存记录", "待遇已停发，登记的死亡、终止或失踪之后仍有生存记录"
    TERM_OVER = "TERM_OVER", "暂停事由已结束", "据以暂停发放的事由已经结束，待遇仍在暂停"
    DISPROVED = "DISPROVED", "停发事由不成立", "据以停发的登记经人工核实不成立，待遇仍未恢复"

    @property
    def bit(self) -> int:
        return 1 << list(type(self)).index(self)


class IssueKind(Code):
    CHECK = "CHECK", "请核实", "另有来源信息与本记录不一致"
    CORRECT = "CORRECT", "请更正", "本记录自身有误"


class TicketState(Code):
    """States of a ticket. `policy/tickets.yaml` says what moves it; the two TO_ states last within a night alone."""

    NEW = "NEW", "尚未发出", "尚未向数据提供部门发出"
    TO_ASK = "TO_ASK", "待发出", "当晚发出，或再次发出"
    ASKED = "ASKED", "待答复", "已发出，等待答复"
    EXPIRED = "EXPIRED", "逾期未答复", "答复期限已过，转请上级联系人催办一次"
    CORRECTED = "CORRECTED", "已更正待复验", "对方答复已更正，等待其下一次报送"
    RESOLVED = "RESOLVED", "更正已复验", "对方答复已更正，此后报送的数据中不再出现"
    UPHELD = "UPHELD", "核实无误", "对方核实记录无误，不再就此询问"
    NOT_OURS = "NOT_OURS", "非本单位", "对方答复不是本单位的数据，由数据核对岗另查应答单位"
    GONE = "GONE", "问题已消失", "未答复，但问题已不存在"
    TO_WITHDRAW = "TO_WITHDRAW", "待撤回", "依据的核查结论已撤回，当晚告知对方"
    WITHDRAWN = "WITHDRAWN", "已撤回", "更正要求已撤回"


class TicketEvent(Code):
    """Events of a ticket; those of one day are taken in this order."""

    STATED = "STATED", "报送的数据中仍有", "对方当日报送的数据中有此问题"
    NOT_STATED = "NOT_STATED", "报送的数据中已无", "对方当日报送了数据，其中没有此问题"
    CHECK = "CHECK", "请核实", "已发出请核实"
    CORRECT = "CORRECT", "请更正", "已发出请更正"
    WITHDRAW = "WITHDRAW", "撤回更正", "已告知撤回更正要求"
    ANSWERED_CORRECTED = "ANSWERED_CORRECTED", "答复已更正", "对方答复已更正"
    ANSWERED_RIGHT = "ANSWERED_RIGHT", "答复核实无误", "对方答复核实无误"
    ANSWERED_NOT_OURS = "ANSWERED_NOT_OURS", "答复非本单位", "对方答复不是本单位的数据"
    TERM_OVER = "TERM_OVER", "答复期满", "答复期限已过"
    FOUND_WRONG = "FOUND_WRONG", "认定有误", "经人工核实或记录自身表明有误，尚未要求更正"
    VERDICT_WITHDRAWN = "VERDICT_WITHDRAWN", "结论撤回", "要求更正所依据的核查结论已撤回"
    IN_QUESTION = "IN_QUESTION", "当晚存疑", "当晚仍有此问题"
    GONE = "GONE", "当晚无疑问", "当晚已没有此问题"


class CaseKind(Code):
    """Subject of a case: one question about one subject."""

    LEAD = "LEAD", "线索", "核查清单的一行，问一人的一项事实"
    TICKET = "TICKET", "工单", "请数据提供部门核实或更正一条记录"
    MATCH_REVIEW = "MATCH_REVIEW", "身份核对", "请区县核对记录所指是否为此人"
    PROPOSAL = "PROPOSAL", "建议", "就一人的一项待遇提出的办理建议"
    REMINDER = "REMINDER", "提醒", "认证到期前对一人的一次提醒"
    REQUEST = "REQUEST", "诉求", "热线、窗口或村（社区）受理的诉求"
    OBJECTION = "OBJECTION", "异议", "本人或者家人提出的异议"


class CaseState(Code):
    """States of a case other than a ticket. `policy/cases.yaml` says for each kind of case what moves it."""

    NEW = "NEW", "尚未开始", "尚未发出或受理"
    RECEIVED = "RECEIVED", "已受理", "已受理，尚未交区县"
    OPEN = "OPEN", "待办", "已列入清单，等待区县办理"
    CONFLICT = "CONFLICT", "矛盾待核", "与生存记录矛盾，等待区县弄清哪一条有误"
    NOTICE_GIVEN = "NOTICE_GIVEN", "已告知待回复", "核实属实并已书面告知，等待本人回复或异议复核"
    IN_WORK = "IN_WORK", "办理中", "区县答复正在办理"
    UNREACHABLE = "UNREACHABLE", "联系不上", "区县答复暂时联系不上，继续办理"
    PROPOSED = "PROPOSED", "已建议", "已提出建议，等待经办、复核、审核三人决定"
    REMINDED = "REMINDED", "已提醒", "已向本人发出提醒，等待本人认证或者新的记录"
    NOT_REACHED = "NOT_REACHED", "未能提醒", "提醒未能发出，由区县以信函或上门补上"
    CONFIRMED = "CONFIRMED", "属实", "经人工核实属实"
    REFUTED = "REFUTED", "不属实", "经人工核实不属实，不再就此询问"
    UNDECIDED = "UNDECIDED", "无法判断", "区县答复现有材料无法判断"
    CONTINUED = "CONTINUED", "并入他行", "同一事实有了新的线索，在另一编号下继续核实"
    DECIDED = "DECIDED", "已复核", "异议提出之后，人员又作出了核实结论"
    EXECUTED = "EXECUTED", "已办理", "参保登记显示已按建议办理"
    WITHDRAWN = "WITHDRAWN", "已撤回", "建议已撤回"
    DONE = "DONE", "已办结", "区县答复已办结"
    NOT_OURS = "NOT_OURS", "非本单位", "区县答复不属本单位，须另找承办单位"
    EXPIRED = "EXPIRED", "已到期", "到期日已过，转入过期后的联系"
    CLOSED = "CLOSED", "已了结", "事由已不存在，无须再办"


class CaseEvent(Code):
    """Events of a case; those of one day are taken in this order: what came and went out, what the night made of it."""

    OPENED = "OPENED", "出现", "首次有记录提出，或者受理了诉求"
    LISTED = "LISTED", "列入清单", "列入发给区县的清单"
    SENT = "SENT", "已发出", "写好了给本人的提醒"
    NOT_SENT = "NOT_SENT", "未能发出", "提醒因故未能写出"
    ANSWERED = "ANSWERED", "答复", "工作人员填写了结论或者答复"
    TAKEN_BACK = "TAKEN_BACK", "撤销答复", "工作人员撤销了先前的结论或者答复"
    NOTICED = "NOTICED", "书面告知", "已书面告知本人或者家人"
    OBJECTED = "OBJECTED", "提出异议", "本人或者家人提出异议"
    NOT_OURS = "NOT_OURS", "答复非本单位", "区县答复不属本单位"
    UNREACHABLE = "UNREACHABLE", "答复联系不上", "区县答复联系不上"
    PENDING = "PENDING", "答复办理中", "区县答复正在办理"
    DONE = "DONE", "答复已办结", "区县答复已办结"
    PROPOSED = "PROPOSED", "提出建议", "当晚列入办理建议"
    REOPENED = "REOPENED", "重新待办", "结论不再成立或者不足，重新等待办理"
    CONTRADICTED = "CONTRADICTED", "出现矛盾", "有生存记录与线索矛盾"
    NOTICE_RUNNING = "NOTICE_RUNNING", "告知期内", "核实属实，回复期限未满或者异议未复核"
    CONTINUED = "CONTINUED", "并入他行", "同一事实在另一编号下继续核实"
    CONFIRMED = "CONFIRMED", "认定属实", "当晚认定线索属实，或者记录所指就是此人"
    REFUTED = "REFUTED", "认定不属实", "当晚认定线索不成立，或者记录所指不是此人"
    UNDECIDED = "UNDECIDED", "认定无法判断", "当晚仍以无法判断为准"
    DECIDED = "DECIDED", "异议已复核", "异议提出之后又有核实结论"
    EXECUTED = "EXECUTED", "已经办理", "参保登记中的发放状态已与建议一致"
    WITHDRAWN = "WITHDRAWN", "撤回建议", "当晚撤回了建议"
    EXPIRED = "EXPIRED", "到期", "提醒所说的到期日已过"
    CLOSED = "CLOSED", "了结", "事由当晚已不存在"


class Owed(Code):
    """Owner of the next move of a case."""

    OFFICE = "OFFICE", "区县", "发放或者受理的区县经办机构"
    AGENCY = "AGENCY", "数据提供部门", "持有记录的部门"
    PERSON = "PERSON", "本人", "本人或者家人"


class Issue(Code):
    """Fault of a source's record: `ID` number, `NM` name, `DM` person, `DT` date, `CF` conflict."""

    ID01 = "ID01", "号码长度或字符有误", "公民身份号码的长度或字符不符合规定"
    ID02 = "ID02", "校验码不符", "公民身份号码的校验码不符"
    ID03 = "ID03", "号码中的出生日期不存在", "公民身份号码中的出生日期不存在"
    ID04 = "ID04", "未知地区代码", "公民身份号码前六位不在现行或历史区划代码中"
    ID05 = "ID05", "十五位旧号码", "使用了十五位旧号码"
    ID06 = "ID06", "号码与姓名不一致", "同一号码对应的姓名不一致"
    ID07 = "ID07", "一人多个号码", "同一人登记了不同的公民身份号码或个人编号"
    ID08 = "ID08", "号码已变更", "使用了变更前的号码"
    ID09 = "ID09", "号码书写不规范", "号码含小写字母、全角字符或空格，或已被电子表格改动"
    NM01 = "NM01", "姓名间隔号不规范", "姓名间隔号应为“·”"
    NM02 = "NM02", "生僻字丢失", "姓名中有无法识别的字符"
    NM03 = "NM03", "繁体或异体字", "姓名使用了繁体或异体字"
    NM04 = "NM04", "姓名用字音同或形近", "姓名与号码所属人员的姓名音同或形近，用字不同"
    NM05 = "NM05", "姓名不完整", "姓名只写了一部分"
    NM06 = "NM06", "曾用名", "使用了曾用名"
    NM07 = "NM07", "姓名顺序不同", "姓名的字或各段顺序不同"
    NM08 = "NM08", "姓名不同", "姓名与号码所属人员不同"
    NM09 = "NM09", "填写的是亲属称谓", "姓名栏填写的是“某某之子”“某某家属”一类称谓，不是本人姓名"
    DM01 = "DM01", "出生日期与号码不符", "出生日期与公民身份号码不符"
    DM02 = "DM02", "性别与号码不符", "性别与公民身份号码不符"
    DT01 = "DT01", "日期在将来", "事件日期晚于报送日期"
    DT02 = "DT02", "日期早于出生", "事件日期早于出生日期"
    DT04 = "DT04", "日期不一致", "不同来源登记的日期不一致"
    DT06 = "DT06", "占位日期", "日期为占位值"
    SQ04 = "SQ04", "重复记录", "同一记录重复报送"
    SQ05 = "SQ05", "未知代码", "代码值不在约定的代码表中"
    SQ06 = "SQ06", "同号不同内容", "同一天报送的同一编号的记录，内容前后不一"
    SQ07 = "SQ07", "记录号用于多人", "同一记录号先后用于不同人员，已按不同记录处理"
    CF01 = "CF01", "死亡日期后有须本人到场的记录", "另有来源信息与本记录不一致"
    CF03 = "CF03", "在押期间另有在外记录", "另有来源信息与本记录不一致"
    CF04 = "CF04", "来源信息互相矛盾", "另有来源信息与本记录不一致"
    CF05 = "CF05", "死亡日期后有代办类记录", "另有来源信息与本记录不一致"


class QuarantineReason(Code):
    """Why one row is quarantined: kept by byte range, counted, never silently dropped."""

    RAGGED = "RAGGED", "列数不符", "the row has more or fewer fields than the header"
    STRAY_QUOTE = "STRAY_QUOTE", "引号有误", "a quote stands where none may stand"
    NUL_BYTE = "NUL_BYTE", "含空字节", "the row contains a NUL byte"
    UNDECODABLE = "UNDECODABLE", "编码有误", "the row is not in the encoding of the file"
    TOO_LONG = "TOO_LONG", "字段过长", "a field is longer than the contract allows"
    MISSING = "MISSING", "必填项为空", "a required field is empty"
    UNKNOWN_CODE = "UNKNOWN_CODE", "未知代码", "a code is not in its code table"
    BAD_DATE = "BAD_DATE", "日期无法识别", "a date does not exist or is written in another way"
    BAD_NUMBER = "BAD_NUMBER", "数字无法识别", "a number cannot be read exactly"
    NUMERIC_ID = "NUMERIC_ID", "号码被存为数字", "a numeric spreadsheet cell holds an identity number: digits are lost"
    FORMULA = "FORMULA", "公式或错误值", "a spreadsheet cell holds a formula or an error, not a value"
    DAMAGED_NUMBER = "DAMAGED_NUMBER", "编号已损坏", "a number that we gave the line no longer looks like one of ours"
    TWO_ANSWERS = "TWO_ANSWERS", "一行两答", "a line of ours is answered twice in one file, each time otherwise"
    UNKNOWN_LINE = "UNKNOWN_LINE", "查无此编号", "the number is none that we ever gave a line or a ticket"
    UNKNOWN_RECORD = "UNKNOWN_RECORD", "查无此记录", "what is withdrawn was never given under this number for this line"
    OTHER_AGENCY = (
        "OTHER_AGENCY",
        "不是发给该单位的工单",
        "the ticket was sent to another agency than the one that answers",
    )
    UNKNOWN_OFFICER = (
        "UNKNOWN_OFFICER",
        "人员不在名册",
        "no account of the register on duty that day in that role",
    )
    OTHER_OFFICE = "OTHER_OFFICE", "不属本机构", "the officer's office neither pays nor looks after the person"
    SIGNATURES = "SIGNATURES", "签字不足", "what takes three signatures, or undoes what took three, has fewer"
    OTHER_DAY = (
        "OTHER_DAY",
        "核查日期不合",
        "the day of the verdict is before its line was listed, or after the delivery",
    )
    NOT_MET = "NOT_MET", "未见到本人", "found alive in a way that is no meeting, as by telephone"
    EARLY_NOTICE = "EARLY_NOTICE", "告知早于核查", "the written notice is dated before the verdict it announces"
    TRAILER = "TRAILER", "合计行", "a total row declared by the contract"


class Rejection(Code):
    """Why a whole delivery is rejected."""

    UNKNOWN_FEED = "UNKNOWN_FEED", "未知数据源", "no contract declares this feed"
    BAD_NAME = "BAD_NAME", "文件名不合规定", "the file name has characters outside A-Z a-z 0-9 . _ -"
    BAD_DATE = "BAD_DATE", "日期目录有误", "the folder is not a date YYYY-MM-DD"
    NOT_A_FILE = "NOT_A_FILE", "不是普通文件", "a symbolic or hard link, a pipe or a folder"
    NO_MANIFEST = "NO_MANIFEST", "缺少清单", "the contract asks for a manifest and none came"
    BAD_MANIFEST = "BAD_MANIFEST", "清单不符", "rows or digest differ from the manifest"
    BAD_ENCODING = "BAD_ENCODING", "编码有误", "neither strict UTF-8 nor strict GB18030"
    BAD_HEADER = "BAD_HEADER", "表头不符", "a header is missing, unknown or written twice"
    BAD_ARCHIVE = "BAD_ARCHIVE", "压缩包损坏", "truncated, damaged or with an unsafe member"
    TOO_LARGE = "TOO_LARGE", "解压过大", "it unpacks beyond the allowed size or ratio"
    BAD_FILE = "BAD_FILE", "文件无法读取", "it is not a file of the format in the contract"
    SWAPPED = "SWAPPED", "列内容错位", "a column holds what another column should hold"
    TOO_MANY_QUARANTINED = "TOO_MANY_QUARANTINED", "问题行过多", "more rows are quarantined than run health allows"


class Silence(Code):
    """Why the newest files of a feed tell nothing of a county: nothing adverse may lean on them."""

    REJECTED = "REJECTED", "文件被拒收", "a file came and was rejected"
    GATED = "GATED", "文件异常未采用", "a file came whose profile is outside the band"
    EMPTY = "EMPTY", "文件只有表头", "a file came with a header and no row"
    NO_COUNTY = "NO_COUNTY", "未填区县", "most rows of the file carry no county"
    LEFT_OUT = "LEFT_OUT", "整表缺少本区县", "the snapshot has no row of a county that it had before"
    SHORT = "SHORT", "记录明显偏少", "far fewer rows of the county than before"
    SILENT = "SILENT", "应有记录而没有", "no row of the county, where by now several should have come"


class MatchState(Code):
    MATCHED = "MATCHED", "已匹配", "one person and no rival"
    AMBIGUOUS = "AMBIGUOUS", "待人工判断", "rivals or a contradiction: a person must judge"
    NONE = "NONE", "未匹配", "nobody in the registry"


class MatchTier(Code):
    """Trust in a record's tie to a person; what it may do is the policy's to say.

    The matcher gives all but CONFIRMED, which only a person gives.
    """

    CONFIRMED = "CONFIRMED", "经人工确认", "经办机构核对后确认记录所指即为此人"
    EXACT = "EXACT", "完全一致", "号码有效、唯一，姓名与登记一致"
    STRONG = "STRONG", "基本一致", "号码经校验码还原，或姓名仅音、形相近，且没有他人相符"
    PROBABLE = "PROBABLE", "很可能", "没有可用号码，其他信息指向同一人，仅供核对"
    AMBIGUOUS = "AMBIGUOUS", "待人工判断", "有他人相符或信息矛盾，须由人工判断"
    NONE = "NONE", "未匹配", "参保登记中没有此人"


class MatchPass(Code):
    """Pass that found a person for a record: the first that holds of the pair; `matchers/README.md` gives its tier."""

    P1 = "P1", "号码、姓名一致", "valid number of one person, name as on file"
    P2 = "P2", "换算后一致", "the same after conversions that lose nothing, or by a former number or name"
    P3 = "P3", "号码还原后一致", "number that fails its check, repaired by one digit or one exchange, name as on file"
    P4 = "P4", "号码一致、姓名相近", "valid number, name alike"
    P5 = "P5", "号码一致、姓名不同", "valid number of a person of another name"
    P6 = "P6", "号码差一处、姓名一致", "valid number that nobody holds, one step from this person's, name as on file"
    P7 = "P7", "姓名、出生日期、县区一致", "no usable number: name, birth date and county"
    P8 = (
        "P8",
        "姓名一致，号码不指向此人",
        "no number leads here: name and birth date, or name and county where the number is another person's",
    )
    P9 = "P9", "姓名音形相近、出生日期一致", "sound or shape of the name, and birth date"
    OWN = "OWN", "本系统个人编号", "our own channel states the person number, and name or number bears it out"
    HUMAN = "HUMAN", "人工核对", "a county office said so"
    NONE = "", "无", "no pass decided"


class MatchConversion(Code):
    """Repair undone or looked up before a record matched; several are stored in this order, comma separated."""

    SWAPPED = "SWAPPED", "号码、姓名错位", "number and name stood in each other's columns"
    ID_15 = "ID_15", "十五位升位", "a number of 15 digits was lengthened to 18"
    ID_WRITING = (
        "ID_WRITING",
        "号码书写不同",
        "blanks, full width, lower case or marks of a sheet were removed from the number",
    )
    ID_REPAIRED = "ID_REPAIRED", "号码还原", "the check character failed; one digit or one exchange was corrected"
    NAME_DOT = "NAME_DOT", "间隔号不同", "the dot between the parts of the name was another sign, or missing"
    NAME_VARIANT = "NAME_VARIANT", "繁体或异体字", "traditional or variant characters were converted"
    NAME_WRITING = "NAME_WRITING", "姓名书写不同", "blanks or full width were removed from the name"
    NAME_HOMOPHONE = "NAME_HOMOPHONE", "姓名同音", "the name sounds like the one on file"
    NAME_GLYPH = "NAME_GLYPH", "姓名形近", "one character of the name looks like the one on file"
    NAME_TRUNCATED = "NAME_TRUNCATED", "姓名不完整", "the name is a part of the one on file"
    NAME_REORDERED = "NAME_REORDERED", "姓名顺序不同", "the characters or parts of the name stand in another order"
    FORMER_ID = "FORMER_ID", "曾用号码", "the number is a former one of the person"
    FORMER_NAME = "FORMER_NAME", "曾用名", "the name is a former one of the person"
    PERSON_NO = "PERSON_NO", "按个人编号", "our own channel states the person number; number or name alone did not do"


class MatchRefusal(Code):
    """Why a record is tied to nobody, or to nobody more than probably; one per record."""

    NO_ID = "NO_ID", "无号码", "the record has no number, and nothing else leads to one person"
    BAD_ID = "BAD_ID", "号码无效", "the number is not valid, and no correction leads to one person"
    UNKNOWN_ID = "UNKNOWN_ID", "号码未登记", "the number is valid and nobody in the registry has it"
    NO_NAME = "NO_NAME", "无本人姓名", "the number is a person's, and the record has no name or names a relative"
    OTHER_NAME = "OTHER_NAME", "姓名不同", "the number is a person's of another name"
    LOST_CHARACTER = "LOST_CHARACTER", "姓名缺字", "a character of the name is lost, and twins share what is left"
    CONTRADICTED = (
        "CONTRADICTED",
        "信息矛盾",
        "number and name fit, and the stated birth date or sex is another person's",
    )
    RIVALS = "RIVALS", "有他人相符", "another person fits as well"
    REJECTED = "REJECTED", "经核对不是本人", "the county office said that it is not this person"
    ANSWERS_DIFFER = "ANSWERS_DIFFER", "答复不一致", "two persons were confirmed for one record"


class NumberLevel(Code):
    """Comparison of the number of a record and that of a person; the first that holds counts."""

    EQUAL = "EQUAL", "号码一致", "书写与登记的公民身份号码一致"
    CONVERTED = "CONVERTED", "书写不同", "去除空格、全角、小写或由十五位升位后一致"
    FORMER = "FORMER", "曾用号码", "与此人曾用的号码一致"
    REPAIRED = "REPAIRED", "还原后一致", "校验码不符，改正一位或相邻两位对调后一致"
    NEIGHBOUR = "NEIGHBOUR", "相近", "号码有效，与此人的号码只差一处"
    OTHER = "OTHER", "不同", "两个号码不同"
    ABSENT = "ABSENT", "缺失", "一方没有可用的号码"


class NameLevel(Code):
    """Comparison of the name of a record and that of a person; the first that holds counts."""

    EQUAL = "EQUAL", "姓名一致", "书写与登记的姓名一致"
    VARIANT = "VARIANT", "写法不同", "繁体、异体、间隔号等写法不同，是同一姓名"
    FORMER = "FORMER", "曾用名", "与此人曾用的姓名一致"
    HOMOPHONE = "HOMOPHONE", "同音", "不同的字读音相同（不计声调）"
    GLYPH = "GLYPH", "形近", "有一个字字形相近，或有一个字未能显示"
    TRUNCATED = "TRUNCATED", "不完整", "只写了姓名的一部分"
    REORDERED = "REORDERED", "顺序不同", "姓名的字或各段顺序不同"
    ONE_CHARACTER = "ONE_CHARACTER", "一字之差", "相差一个字，音形均不相近"
    OTHER = "OTHER", "不同", "两个姓名不同"
    ABSENT = "ABSENT", "缺失", "一方没有姓名"


class DateLevel(Code):
    """Comparison of two birth dates; the first that holds counts."""

    EQUAL = "EQUAL", "出生日期一致", "出生日期一致"
    DAY_MONTH_SWAPPED = "DAY_MONTH_SWAPPED", "月日颠倒", "月和日互换后一致"
    NEAR_YEAR = "NEAR_YEAR", "相差一年", "月日一致，年份相差一年"
    ONE_PART = "ONE_PART", "一项不同", "年、月、日中有一项不同"
    OTHER = "OTHER", "不同", "出生日期不同"
    ABSENT = "ABSENT", "缺失", "一方没有出生日期"


class AgreementLevel(Code):
    """Comparison of two values that either agree or do not: sex, county."""

    EQUAL = "EQUAL", "一致", "两者一致"
    OTHER = "OTHER", "不同", "两者不同"
    ABSENT = "ABSENT", "缺失", "一方没有记载"


# column of the evidence → how a record and a person in play compare
COMPARED: Final[Mapping[str, type[Code]]] = {
    "number_level": NumberLevel,
    "name_level": NameLevel,
    "date_level": DateLevel,
    "sex_level": AgreementLevel,
    "county_level": AgreementLevel,
}


class Consequence(Code):
    """Consequence of a record if its link were wrong."""

    LOSS = "LOSS", "丧失资格线索", "记录涉及丧失领取资格，认错人可能停发在世者的待遇"
    LIFE = "LIFE", "生存佐证", "记录可佐证生存，认错人可能继续向已故者发放"
    OTHER = "OTHER", "其他", "记录与生存、丧失资格均无关"


class LinkUse(Code):
    """Effect that a link of one tier may have for one consequence."""

    ACT = "ACT", "采用", "作为本人的记录使用"
    SUSPECT = "SUSPECT", "仅作疑似线索", "开出疑似线索，不算独立来源"
    REVIEW = "REVIEW", "交县区核对身份", "不采用，请县区经办机构核对是否为本人"
    KEEP = "KEEP", "仅留存，不采用", "只作为比对依据留存"


class MatchAnswer(Code):
    """Answer of the county office about a record and a person in play; it always wins over the matcher."""

    SAME_PERSON = "SAME_PERSON", "是本人", "记录所指即为此人"
    OTHER_PERSON = "OTHER_PERSON", "不是本人", "记录所指不是此人"
    CANNOT_TELL = "CANNOT_TELL", "无法判断", "现有材料无法判断是否为此人"


class Comparison(Code):
    """Result for an insured record when compared with one negative source."""

    NO_HIT = "NO_HIT", "比对无命中", "已比对，没有命中"
    HIT = "HIT", "命中", "已比对，有命中"
    AMBIGUOUS = "AMBIGUOUS", "身份待核", "有记录因身份不一致需人工判断"
    NOT_COMPARABLE = "NOT_COMPARABLE", "无法比对", "参保记录的身份号码无效，无法比对"
    SOURCE_STALE = "SOURCE_STALE", "数据未到", "该来源数据未按时送达"


class OfficerRole(Code):
    """Role that an officer of the register may act in."""

    HANDLER = "HANDLER", "经办", "核实线索，填写结论"
    REVIEWER = "REVIEWER", "复核", "复核经办的结论"
    APPROVER = "APPROVER", "审核", "审核并批准结论"
    RELEASER = "RELEASER", "放行", "批准一夜的文件发出"
    AUDITOR = "AUDITOR", "审计", "查看记录和凭证，不作决定"


class Verdict(Code):
    TRUE_LOSS = "TRUE_LOSS", "属实", "线索属实"
    ALREADY_STOPPED = "ALREADY_STOPPED", "已停发", "线索属实，此前已停发"
    FALSE_SOURCE_ERROR = "FALSE_SOURCE_ERROR", "来源有误", "来源记录有误"
    FALSE_WRONG_PERSON = "FALSE_WRONG_PERSON", "并非本人", "线索所指并非本人"
    FALSE_NAME_VARIANT = "FALSE_NAME_VARIANT", "姓名写法不同", "姓名写法造成的误会"
    FALSE_STALE_ID = "FALSE_STALE_ID", "号码已变更", "号码变更造成的误会"
    NOT_DISQUALIFYING = "NOT_DISQUALIFYING", "不影响领取", "情况属实但不影响领取"
    SEEN_ALIVE = "SEEN_ALIVE", "本人健在", "核查时见到本人健在"
    UNREACHABLE = "UNREACHABLE", "无法联系", "暂时无法联系"
    PENDING = "PENDING", "核实中", "尚在核实"


class FactScope(Code):
    """Scope of one fact: which claims of a person one line asks about and one verdict confirms."""

    GROUP = "GROUP", "同类即同一事实", "every claim of the loss group"
    KIND = "KIND", "同一情形", "every claim of the loss kind, whatever its day"
    EVENT = "EVENT", "同一情形同一日", "claims of the loss kind and the day of the event"


class Obstacle(Code):
    """Why no message could go out when a reminder stage was reached."""

    NO_PHONE = "NO_PHONE", "没有手机号码", "参保登记中没有手机号码"
    SILENT_PHONE = "SILENT_PHONE", "号码暂不使用", "登记的手机号码暂时不能用来发送短信"


class Alarm(Code):
    """Decision that was not carried out, as payments and the registry show it."""

    ALIVE_STOPPED = "ALIVE_STOPPED", "停发后仍有生存记录", "待遇已停发，登记的死亡、终止或失踪之后仍有生存记录"
    REFUTED_UNPAID = "REFUTED_UNPAID", "核实不成立仍未发放", "登记经人工核实不成立，待遇仍停发或停发的月份仍未发放"
    RESUMED_NOT_BACK_PAID = "RESUMED_NOT_BACK_PAID", "已恢复未补发", "待遇已恢复发放，停发期间的月份仍未补发"
    TERM_OVER_UNPAID = "TERM_OVER_UNPAID", "事由已结束仍未发放", "据以暂停发放的事由已经结束，待遇仍在暂停"
    CERTIFIED_SUSPENDED = "CERTIFIED_SUSPENDED", "已认证仍暂停", "本人已通过认证，待遇仍在暂停"
    APPROVED_PAID = "APPROVED_PAID", "核实丧失仍在发放", "丧失资格已经三人核实确认，待遇仍在发放"


class EntryKind(Code):
    OPEN = "OPEN", "首次记载", "first entry for this key"
    CHANGE = "CHANGE", "变更", "the key has an entry: something changed, or it is wanted again after a close"
    CLOSE = "CLOSE", "结案", "the key is wanted no more; tickets are never closed so"


class NameType(Code):
    """Names by how they are written: long ones suffer most where a sender's field is short or drops the dot."""

    SHORT = "SHORT", "一般姓名", "up to four characters with a compound surname, up to three without"
    LONG = "LONG", "少数民族长姓名", "with a dot between its parts, five characters, or four without a compound surname"


class Share(Code):
    """Way in which a record in payment stands certified, for the shares of a county, an age band or a type of names."""

    SILENT = "SILENT", "静默认证", "certified in time by data"
    SELF = "SELF", "自助认证", "certified in time by self-certification"
    ASSISTED = "ASSISTED", "协助认证", "certified in time by an office elsewhere"
    FIELD = "FIELD", "上门认证", "certified in time by a visit"
    ABROAD = "ABROAD", "境外认证", "certified in time abroad"
    FIRST_PERIOD = "FIRST_PERIOD", "首个周期内", "never certified, and the first period is not over"
    NONE = "NONE", "未在期内", "not certified in time: due, held, never seen or in conflict"


class Figure(Code):
    """Headline figures; the sentence of each is its definition. Those in fen end with `_FEN`.

    A record is an insured record: person, programme and county. Each is counted once, however often it was asked about.
    Since the beginning means all runs up to this night's; what a run adds is the difference from the night before.
    """

    COMPARED = (
        "COMPARED",
        "已反向比对",
        "records compared tonight with a negative source: the most that any one source gives",
    )
    DOUBTFUL = "DOUBTFUL", "出现疑点", "records of which the certification book has ever named a loss, open or judged"
    VERIFIED = "VERIFIED", "已核实", "doubtful records on which officers have given a verdict that settles the question"
    CONFIRMED = "CONFIRMED", "核实丧失", "doubtful records of which the newest word is that the loss is true"
    REFUTED = "REFUTED", "核实排除", "doubtful records of which the newest word is that no loss is true"
    OVERPAID_MONTHS = (
        "OVERPAID_MONTHS",
        "多发月数",
        "months paid after the month of a confirmed loss, up to its end where it is over, each record's once",
    )
    OVERPAID_FEN = "OVERPAID_FEN", "多发金额", "what was paid for those months, before anything came back"
    RETURNED_FEN = "RETURNED_FEN", "退票退回", "of what was overpaid, returned by the bank and never received"
    RECOVERED_FEN = "RECOVERED_FEN", "已追回", "of what was overpaid, recovered from the person or the family"
    OFFSET_FEN = (
        "OFFSET_FEN",
        "丧葬补助金抵扣",
        "of what was overpaid, settled from the funeral grant, where the rule of programme and loss has `offset`",
    )
    OUTSTANDING_FEN = (
        "OUTSTANDING_FEN",
        "尚未追回",
        "overpaid less returned, recovered and settled, of each record and never below nothing",
    )
    PREVENTED_FEN = (
        "PREVENTED_FEN",
        "已避免（下一期）",
        "one monthly benefit of each confirmed record that drew it when the loss was confirmed and is stopped now",
    )
    AVERTED_FEN = "AVERTED_FEN", "避免损失合计", "returned, recovered, settled from the funeral grant, and prevented"
    CERTIFIED_SILENT = "CERTIFIED_SILENT", "静默认证", "passes by data that the book entered, of a record"
    CERTIFIED_SELF = "CERTIFIED_SELF", "自助认证", "passes by self-certification that the book entered, of a record"
    CERTIFIED_ASSISTED = (
        "CERTIFIED_ASSISTED",
        "协助认证",
        "passes by an office elsewhere that the book entered, of a record",
    )
    CERTIFIED_FIELD = "CERTIFIED_FIELD", "上门认证", "passes by a visit that the book entered, of a record"
    CERTIFIED_ABROAD = "CERTIFIED_ABROAD", "境外认证", "passes abroad that the book entered, of a record"
    SPARED_A_MONTH = (
        "SPARED_A_MONTH",
        "每月免于自助认证",
        "persons who stand certified silently tonight, each divided by the months from the pass to its due date",
    )

    EVER_CONFIRMED = "EVER_CONFIRMED", "曾核实丧失", "records whose loss was confirmed at any time"
    THEN_REFUTED = "THEN_REFUTED", "其后排除", "of those the ones whose newest word is that no loss is true"
    AUDITED = "AUDITED", "随机回访", "persons drawn at random from those certified silently, in every month's sample"
    AUDIT_HEARD = "AUDIT_HEARD", "回访有结果", "of those the ones met, or spoken to, since, and those of AUDIT_WRONG"
    AUDIT_WRONG = (
        "AUDIT_WRONG",
        "回访发现有误",
        "of those the ones of whom a loss of the night of the sample or before has been confirmed since",
    )

    @property
    def is_money(self) -> bool:
        return self.value.endswith("_FEN")

    @property
    def is_of_the_night(self) -> bool:
        """True of what is found anew each night and does not add up."""
        return self in (Figure.COMPARED, Figure.SPARED_A_MONTH)


# Groups of codes that several steps mean.
OWN_AGENCY: Final = "social_insurance"
OPEN_LOSS: Final = (LossState.LEAD_OPEN.value, LossState.CONFLICT.value, LossState.NOTICE_GIVEN.value)
# paid months after these are money at risk; a contradicted loss is not
AT_RISK_LOSS: Final = (LossState.LEAD_OPEN.value, LossState.NOTICE_GIVEN.value, LossState.CONFIRMED.value)
IN_PAYMENT: Final = (PaymentState.DRAWING.value, PaymentState.SUSPENDED.value)
# a person's right number beside a name that is not the person's
OTHER_NAME: Final = (MatchRefusal.OTHER_NAME.value, MatchRefusal.LOST_CHARACTER.value, MatchRefusal.NO_NAME.value)
# fewer numbers of insured persons in a delivery tell nothing of its names
FEWEST_NUMBERS: Final = 10
